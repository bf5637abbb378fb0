import { describe, expect, it } from 'vitest';
import { renderReport, renderTable } from './index.ts';
import { sampleReport } from './sample-report.ts';

const report = await sampleReport();

describe('renderReport', () => {
  it('is one page that asks for nothing', () => {
    const page = renderReport(report);
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).not.toMatch(/<script|<link|<iframe|@import|url\((?!#)|javascript:/i);
    const addresses = [...page.matchAll(/(?:src|href|xlink:href)="([^"]*)"/g)].map(([, address]) => address!);
    expect(addresses.filter((address) => !/^(#|data:image\/png;base64,)/.test(address))).toEqual([]);
  });
});

describe('renderTable', () => {
  it('has a row for each variant', () => {
    expect(renderTable(report).split('\n')).toHaveLength(5 + report.variants.length + 1);
  });
});
