import { expect, test } from 'vitest';
import { chart, withoutStyles } from './chart.ts';

const evil = '"><script>pwned=1</script>';

test('a chart needs no style that the policy forbids, and takes names as text', () => {
  const svg = chart(evil, () => ({
    legend: { data: [evil] },
    xAxis: { type: 'category', data: [evil], name: evil },
    yAxis: { type: 'value' },
    series: [{ type: 'line', name: evil, data: [1] }],
  })).toString();
  expect(svg).not.toMatch(/style=|<style|<script|ecmeta|\bzr\d/);
  expect(svg).toContain('font-size="12px"');
  expect(svg.match(/aria-label="&quot;&gt;&lt;script&gt;/g)).toHaveLength(2);
});

test('the same data gives the same drawing', () => {
  const draw = () =>
    chart('line', () => ({
      xAxis: { type: 'value' },
      yAxis: { type: 'value' },
      series: [
        {
          type: 'line',
          data: [
            [0, 1],
            [1, 2],
          ],
        },
      ],
    })).toString();
  expect(draw()).toBe(draw());
});

test('of styles, those of letters stay, as attributes', () => {
  expect(withoutStyles('<text style="font-size:12px;font-family:inherit;cursor:pointer;" x="1">')).toBe(
    '<text font-size="12px" font-family="inherit" x="1">',
  );
  expect(withoutStyles('<text style="font: normal bold 12px inherit" y="6">')).toBe(
    '<text font-style="normal" font-weight="bold" font-size="12px" font-family="inherit" y="6">',
  );
});
