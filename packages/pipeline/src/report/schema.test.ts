import { describe, expect, it } from 'vitest';
import { sampleReport } from './sample-report.ts';
import { parseReport } from './schema.ts';

const report = await sampleReport();

describe('parseReport', () => {
  it('takes what was written as JSON', () => {
    expect(parseReport(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  it.each([
    ['no variants', { variants: [] }],
    ['an accuracy over 1', { reference: { accuracy: 1.2 } }],
    ['a digest of another kind', { lineage: { ...report.lineage, config: 'md5:0' } }],
    ['a matrix that is not square', { confusion: report.confusion.slice(1) }],
    ['scores of too few classes', { perClass: report.perClass.slice(1) }],
    [
      'a class that is not there',
      { misread: { total: 1, samples: [{ ...report.misread.samples[0]!, predicted: 10 }] } },
    ],
    [
      'a picture of another size',
      { misread: { total: 1, samples: [{ ...report.misread.samples[0]!, pixels: 'AAAA' }] } },
    ],
  ])('refuses %s', (_, change) => {
    expect(() => parseReport({ ...report, ...change })).toThrow();
  });
});
