import type { Deed } from '../page.ts';
import { approve, promote, refuse, rollback } from './models.ts';
import { cancelRun, retrain } from './runs.ts';
import { pauseSchedule, putSchedule, removeSchedule, resumeSchedule } from './schedules.ts';

export const deeds: readonly Deed[] = [
  retrain,
  cancelRun,
  approve,
  refuse,
  promote,
  rollback,
  putSchedule,
  pauseSchedule,
  resumeSchedule,
  removeSchedule,
];
