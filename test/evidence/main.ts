import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { faultsPage, scenariosPage, stateOf } from './catalogue-pages.js';
import { FAULTS } from './faults.js';
import { readAllRecords } from './records.js';
import { reliabilityPage } from './reliability-page.js';
import { readEvidence } from './test-files.js';

/** Makes docs/faults.md and docs/scenarios.md from the titles of the tests, docs/reliability.md from kept results. */
const root = fileURLToPath(new URL('../../../', import.meta.url));
const evidence = readEvidence(root);
writeFileSync(join(root, 'docs/faults.md'), faultsPage(evidence));
writeFileSync(join(root, 'docs/scenarios.md'), scenariosPage(evidence));
writeFileSync(join(root, 'docs/reliability.md'), reliabilityPage(readAllRecords(root)));
const open = FAULTS.filter((entry) => stateOf(entry, evidence) === 'open').map(({ id }) => id);
console.log(
  `docs/faults.md, docs/scenarios.md: ${open.length} faults are open${open.length > 0 ? `: ${open.join(' ')}` : ''}`,
);
