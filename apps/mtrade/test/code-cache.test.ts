import { describe, expect, it } from 'vitest';
import { packCode, unpackCode } from '../src/code-loader/code-cache.js';

const source = Buffer.from('(function () { return 1; })');
const code = Buffer.from('compiled code of some length');

describe('a file of compiled code', () => {
  it('gives back what was packed, for the source it was made of', () => {
    expect(unpackCode(packCode(source, code), source)?.toString()).toBe(code.toString());
  });

  it('gives nothing when any bit of it has changed, or any byte of its end is missing', () => {
    const packed = packCode(source, code);
    for (let bit = 0; bit < packed.length * 8; bit += 1) {
      const altered = Buffer.from(packed);
      altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(unpackCode(altered, source)).toBeNull();
    }
    for (let length = 0; length < packed.length; length += 1)
      expect(unpackCode(packed.subarray(0, length), source)).toBeNull();
  });

  it('gives nothing for another source, as long or longer', () => {
    const packed = packCode(source, code);
    expect(unpackCode(packed, Buffer.from('(function () { return 2; })'))).toBeNull();
    expect(unpackCode(packed, Buffer.concat([source, Buffer.from(' ')]))).toBeNull();
  });
});
