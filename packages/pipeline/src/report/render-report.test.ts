import { describe, expect, it } from 'vitest';
import { type Report, renderReport, renderTable } from './index.ts';
import { sampleReport } from './sample-report.ts';

const report = await sampleReport();

describe('renderReport', () => {
  it('is one page that asks for nothing and runs nothing', () => {
    const page = renderReport(report);
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toContain("default-src 'none'; img-src data:; style-src 'unsafe-inline'");
    expect(page).not.toMatch(/<script|<link|<iframe|@import|url\((?!#)|javascript:|\son\w+=/i);
    const addresses = [...page.matchAll(/(?:src|href|xlink:href)="([^"]*)"/g)].map(([, address]) => address!);
    expect(addresses.filter((address) => !/^(#|data:image\/png;base64,)/.test(address))).toEqual([]);
  });

  it('is the same page for the same report', () => {
    expect(renderReport(report)).toBe(renderReport(structuredClone(report)));
  });

  it('has each id once, and every link within the page leads somewhere', () => {
    const page = renderReport(report);
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id!);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/(?:href="#|url\(#)([^")]+)/g)) expect(ids).toContain(target);
    for (const [, target] of page.matchAll(/aria-labelledby="([^"]+)"/g)) expect(ids).toContain(target);
  });

  it('says which datasets the pictures of a retrained model came from', () => {
    const segment = (digit: string, source: string, pictures: number) => ({
      dataset: `sha256:${digit.repeat(64)}`,
      source,
      pictures,
    });
    const segments = [segment('1', 'spring <2025>', 1200), segment('2', 'summer', 1)];
    const parent = `sha256:${'3'.repeat(64)}`;
    const page = renderReport({
      ...report,
      dataset: { ...report.dataset, segments },
      lineage: { ...report.lineage, parent },
    });
    expect(page).toContain(`1,200 pictures of spring &lt;2025&gt;, <code>${segments[0].dataset}</code><br>`);
    expect(page).toContain(`1 picture of summer, <code>${segments[1].dataset}</code>`);
    expect(page).toContain(parent);
    expect(renderReport(report)).not.toContain('Trained on<');
  });

  it('shows every figure', () => {
    const page = renderReport(report).replaceAll('\u00a0', ' ');
    for (const { name, digest, file } of report.variants) {
      for (const text of [name, digest, file]) expect(page).toContain(text);
    }
    for (const text of [
      '98.61 %',
      '354 of 359',
      '17.9 kB',
      '0.058 ms',
      '5.6×',
      '16 s',
      '2,137',
      '−0.84',
      '3.8e-6',
    ]) {
      expect(page).toContain(text);
    }
    const { lineage, dataset } = report;
    for (const text of [lineage.config, lineage.commit!, dataset.digest]) expect(page).toContain(text);
    expect(page.match(/<img /g)).toHaveLength(report.misread.samples.length);
    for (const label of page.match(/<svg [^>]*>/g)!) expect(label).toMatch(/role="img" aria-label="\S/);
  });

  it('shows where the time goes, the quickest operators in one row', () => {
    const page = renderReport(report).replaceAll('\u00a0', ' ');
    expect(page).toContain('Time by operator');
    expect(page).toContain('31 µs</td><td>76 %');
    expect(page).toContain('3 others');
    expect(page).not.toContain('QLinearJ');
    expect(renderReport({ ...report, operators: undefined })).not.toContain('Time by operator');
  });

  it('shows where a training step spends its time, the quickest modules in one bar', () => {
    const page = renderReport(report).replaceAll('\u00a0', ' ');
    expect(page).toContain('11.2 ms for 32 pictures');
    expect(page).toContain('27 % of it in layer2.0.conv2 Conv2d');
    expect(page).toContain('aria-label="Milliseconds of a training step: layer2.0.conv2 Conv2d 3.06 ms;');
    expect(page).toContain('>layer1.0.bn1 BatchNorm2d</text>');
    expect(page.match(/>3\.06 ms<\/text>/g)).toHaveLength(2);
    expect(page).toContain('>4 others</text>');
    expect(page).not.toContain('>dropout</text>');
    expect(page).toContain('>dropout</th><td class="word">Dropout</td><td>3</td><td>0.037 ms</td>');
    expect(page).toContain('2 others</th><td>11</td>');
    const { step, ...training } = report.training;
    expect(renderReport({ ...report, training })).not.toContain('training step');
    const empty = { ...step!, milliseconds: 0, modules: [], operators: [] };
    expect(renderReport({ ...report, training: { ...training, step: empty } })).not.toContain(
      'training step',
    );
  });

  it('draws the reference line at its accuracy', () => {
    const line = { ...report, accuracyBudget: undefined, variants: [report.variants[0]!] };
    const page = renderReport(line);
    // The lone variant has the accuracy of the trained network: its circle stands on the dashed line.
    const dashed = /<path d="M58 ([\d.]+)L544 [\d.]+"[^>]*stroke-dasharray="5,4"/.exec(page);
    const circle = /<path d="M1 0A1 1[^>]*transform="matrix\(6\.5,0,0,6\.5,[\d.]+,([\d.]+)\)"/.exec(page);
    expect(Math.abs(Number(dashed![1]) - Number(circle![1]))).toBeLessThan(1);
  });

  it('escapes names that come from folders and files', () => {
    const evil = `<img src=x onerror="alert('1')">&`;
    const page = renderReport({
      ...report,
      name: evil,
      dataset: {
        ...report.dataset,
        name: evil,
        source: evil,
        license: evil,
        classes: report.dataset.classes.map(() => evil),
      },
      variants: report.variants.map((variant) => ({
        ...variant,
        name: `${evil}{a|b}`,
        precision: evil,
        file: evil,
      })),
      training: {
        ...report.training,
        step: {
          ...report.training.step!,
          modules: report.training.step!.modules.map((module) => ({
            ...module,
            module: `${evil}{a|b}`,
            kind: evil,
          })),
          operators: report.training.step!.operators.map((operator) => ({ ...operator, opType: evil })),
        },
      },
      environment: { ...report.environment, cpu: evil },
    });
    expect(page).not.toContain('<img src=x');
    expect(page).not.toContain(`onerror="alert`);
    expect(page).not.toMatch(/&(?!amp;|lt;|gt;|quot;|#39;|#x27;)/);
    expect(page).toContain('&lt;img src=x onerror=');
  });
});

describe('reports at the edges', () => {
  const variant = report.variants[0]!;
  const edges: Record<string, Report> = {
    'no mistakes': {
      ...report,
      reference: { accuracy: 1 },
      confusion: report.confusion.map((row, i) => row.map((_, j) => (i === j ? 30 : 0))),
      misread: { total: 0, samples: [] },
      variants: [{ ...variant, accuracy: 1 }],
    },
    'no epochs': { ...report, training: { ...report.training, epochs: 0, history: [] } },
    'one epoch without validation': {
      ...report,
      training: { ...report.training, epochs: 1, history: [{ epoch: 1, loss: 2.3, accuracy: 0.1 }] },
    },
    'nothing learned': {
      ...report,
      reference: { accuracy: 0 },
      variants: [{ ...variant, accuracy: 0, flops: 0, maxAbsLogitDiff: 0, latencyMs: { p50: 0, p95: 0 } }],
    },
  };

  it.each(Object.entries(edges))('%s', (_, edge) => {
    const text = renderReport(edge).replace(/data:[^"]*/g, '') + renderTable(edge);
    expect(text).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });

  it('says what there is nothing of', () => {
    const page = renderReport(edges['no mistakes']!);
    expect(page).toContain('Every test picture was read right.');
    expect(page).toContain('No test picture was taken for another class.');
  });

  it.each([30, 70])('%i classes', (count) => {
    const classes = Array.from({ length: count }, (_, i) => `class ${i}`);
    const confusion = classes.map((_, i) => classes.map((_, j) => (i === j ? 9 : Number(j === i + 1))));
    const perClass = classes.map(() => ({ precision: 0.9, recall: 0.9, f1: 0.9, support: 10 }));
    const page = renderReport({ ...report, dataset: { ...report.dataset, classes }, confusion, perClass });
    expect(page.includes('class="matrix dense words"')).toBe(count === 30);
    expect(page.includes('70 classes are too many to draw')).toBe(count === 70);
  });
});

describe('renderTable', () => {
  it('fits a terminal and lines up', () => {
    const [first, second, empty, ...rows] = renderTable(report).trimEnd().split('\n');
    expect(first).toBe('digits: 1,438 training and 359 test pictures of digits, seed 7');
    expect(second).toContain('98.61 % right after 24 epochs, 16 s, 2,137 pictures a second (compiled)');
    expect(empty).toBe('');
    expect(rows).toHaveLength(2 + report.variants.length);
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
    expect(rows[0]!.length).toBeLessThanOrEqual(100);
    expect(rows.at(-1)).toMatch(
      /^pruned-int8 +97\.77 % +98\.89 % +17\.9 kB +705 k +0\.058 ms +0\.093 ms +2\.52$/,
    );
  });
});
