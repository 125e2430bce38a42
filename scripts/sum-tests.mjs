/**
 * Adds up what Vitest reported and prints `N passed, N failed[, N skipped]`. A test file that could not be loaded counts as
 * one failure. Exits with 1 when anything failed or nothing ran.
 *
 *     node scripts/sum-tests.mjs --log=<output of a run>… --json=<its JSON report>…
 */
import { existsSync, readFileSync } from 'node:fs';

const counts = { passed: 0, failed: 0, skipped: 0 };

for (const argument of process.argv.slice(2)) {
  const [kind, path] = argument.split('=');
  if (!existsSync(path)) continue;
  const text = readFileSync(path, 'utf8');
  const found = kind === '--json' ? countsOfReport(JSON.parse(text)) : countsOfLog(text);
  for (const key of Object.keys(counts)) counts[key] += found[key];
}

console.log(
  `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`,
);
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;

function countsOfReport(report) {
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** From lines such as ` Tests  1 failed | 46 passed | 2 skipped (49)`. */
function countsOfLog(text) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  // eslint-disable-next-line no-control-regex -- colours, when the runner was told to use them anyway
  const lines = text.replaceAll(/\u001b\[[\d;]*m/g, '').split('\n');
  for (const line of lines.filter((candidate) => /^\s*Tests\s+\d/.test(candidate))) {
    for (const [, number, word] of line.matchAll(/(\d+) (passed|failed|skipped|todo)/g)) {
      sum[word === 'todo' ? 'skipped' : word] += Number(number);
    }
  }
  const failedFiles = lines.filter((line) => /^\s*(?:FAIL|❯).*\[ .* \]\s*$/.test(line));
  sum.failed += new Set(failedFiles).size;
  return sum;
}
