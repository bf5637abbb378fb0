import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { InputError } from '../errors.ts';
import { artifactsFrom } from './artifacts-from.ts';
import { parseS3Location } from './s3/s3-location.ts';

test('a path is a folder', async () => {
  const path = resolve('somewhere', 'artifacts');
  expect(await artifactsFrom(path)).toMatchObject({ name: path, place: `folder:${path}` });
});

test('s3://bucket/prefix is a place in a bucket', () => {
  expect(parseS3Location('s3://my.bucket')).toEqual({ bucket: 'my.bucket', prefix: '' });
  expect(parseS3Location('s3://bucket/')).toEqual({ bucket: 'bucket', prefix: '' });
  expect(parseS3Location('s3://bucket/team/models/')).toEqual({ bucket: 'bucket', prefix: 'team/models' });
});

test('other forms are refused, without what they say', async () => {
  for (const text of [
    '',
    ' ',
    's3:',
    's3://',
    's3:///a',
    's3://B/a',
    's3://key:secret@bucket/a',
    's3://bucket/../a',
    's3://bucket/a//b',
    's3://bucket/a\n',
    'https://key:secret@host/bucket',
    'file:///tmp/a',
  ]) {
    const error = await artifactsFrom(text).catch((failure: unknown) => failure);
    expect(error, text).toBeInstanceOf(InputError);
    expect((error as Error).message).not.toContain('secret');
  }
});
