import { InputError } from '../../errors.ts';
import { checkFileName, quote } from '../../names.ts';

export interface S3Location {
  readonly bucket: string;
  /** What keys begin with, without a slash at its end; empty for the whole bucket. */
  readonly prefix: string;
}

const where = 'artifacts in S3';

/** The rule of S3 itself, without names that look like an address. */
const bucketPattern = /^(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** @throws InputError unless bucket and prefix are plain names, the latter joined by `/` */
export function checkLocation({ bucket, prefix }: S3Location): S3Location {
  if (typeof bucket !== 'string' || !bucketPattern.test(bucket))
    throw new InputError(
      where,
      "a bucket's name of 3 to 63 lower-case letters, digits, '.' and '-'",
      quote(bucket),
    );
  return { bucket, prefix: prefix === '' ? '' : checkFileName(where, prefix) };
}

/** Reads `s3://bucket` or `s3://bucket/prefix`. @throws InputError at anything else */
export function parseS3Location(text: string): S3Location {
  const [, bucket, prefix] = /^s3:\/\/([^/]*)(?:\/(.*?))?\/?$/s.exec(text) ?? [];
  // Not quoted whole: it may hold credentials, which belong in variables of the SDK.
  if (bucket === undefined || bucket.includes('@'))
    throw new InputError(where, 's3://bucket/prefix', 'another form');
  return checkLocation({ bucket, prefix: prefix ?? '' });
}
