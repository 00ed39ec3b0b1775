import {
  type Ladder,
  ladderFromJson,
  type LadderParams,
  ladderToJson,
  paramsFromJson,
  paramsToJson,
} from '@mtrade/cycle';

/**
 * A cycle's frozen parameters and ladder as text columns. The same value always gives the same text: the schema
 * compares texts to keep them frozen. A running cycle is committed many times with the same objects, so each is turned
 * into text once.
 */
const paramsTexts = new WeakMap<LadderParams, string>();
const ladderTexts = new WeakMap<Ladder, string>();

export const paramsToText = (params: LadderParams): string =>
  remembered(paramsTexts, params, () => JSON.stringify(paramsToJson(params)));

export const ladderToText = (ladder: Ladder): string =>
  remembered(ladderTexts, ladder, () => JSON.stringify(ladderToJson(ladder)));

export const paramsFromText = (json: string): LadderParams => paramsFromJson(JSON.parse(json));
export const ladderFromText = (json: string): Ladder => ladderFromJson(JSON.parse(json));

function remembered<T extends object>(texts: WeakMap<T, string>, value: T, make: () => string): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const made = make();
  texts.set(value, made);
  return made;
}
