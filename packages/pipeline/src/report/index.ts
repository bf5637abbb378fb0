export { renderReport } from './render-report.ts';
export { renderTable } from './render-table.ts';
export {
  type Misread,
  type OperatorProfile,
  parseReport,
  type Report,
  type ReportVariant,
  reportSchema,
} from './schema.ts';
