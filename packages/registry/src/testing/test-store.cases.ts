import { describe } from 'vitest';
import { testAliases } from './aliases.cases.ts';
import { testArtifactsOfStore } from './artifacts-of-store.cases.ts';
import { testChecks } from './checks.cases.ts';
import { testRuns } from './runs.cases.ts';
import { testSchedules } from './schedules.cases.ts';
import { testStages } from './stages.cases.ts';
import type { StoreFactory } from './store-under-test.cases.ts';
import { testSweeps } from './sweeps.cases.ts';
import { testVersions } from './versions.cases.ts';

/** What every store does, whatever its database. */
export function testStore(name: string, open: StoreFactory): void {
  describe(name, () => {
    describe('runs', () => testRuns(open));
    describe('versions', () => testVersions(open));
    describe('aliases', () => testAliases(open));
    describe('stages', () => testStages(open));
    describe('schedules', () => testSchedules(open));
    describe('checks', () => testChecks(open));
    describe('sweeps', () => testSweeps(open));
    describe('artifacts', () => testArtifactsOfStore(open));
  });
}
