import type { Page } from '../page.ts';
import { checksPage } from './checks.ts';
import { comparePage } from './compare.ts';
import { jobsPage } from './jobs.ts';
import { modelPage } from './model.ts';
import { modelsPage } from './models.ts';
import { overviewPage } from './overview.ts';
import { runPage } from './run.ts';
import { runsPage } from './runs.ts';
import { schedulesPage } from './schedules.ts';
import { sweepPage } from './sweep.ts';
import { sweepsPage } from './sweeps.ts';

export const pages: readonly Page[] = [
  overviewPage,
  runsPage,
  runPage,
  comparePage,
  modelsPage,
  modelPage,
  jobsPage,
  schedulesPage,
  checksPage,
  sweepsPage,
  sweepPage,
];
