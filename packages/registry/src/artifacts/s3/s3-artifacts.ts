import type { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { InputError } from '../../errors.ts';
import { checkDigest } from '../../names.ts';
import type { Artifact, ArtifactSource, ArtifactStore, StoredArtifact } from '../artifact-store.ts';
import { checked, damaged, defaultMaxBytes, gather, missing, takeAll, tooLarge } from '../checked-bytes.ts';
import { piecesOf } from './pieces.ts';
import { isChanged, isMissing, s3Error } from './s3-error.ts';
import { checkLocation } from './s3-location.ts';
import { sendSpool } from './send-spool.ts';
import { Spool } from './spool.ts';

export interface S3ArtifactsOptions {
  readonly bucket: string;
  /** What keys begin with, such as `team/models`; none unless given. */
  readonly prefix?: string;
  /** Made of what follows, and of the SDK's own variables and files, unless given. */
  readonly client?: S3Client;
  /** URL of a service other than Amazon's; AWS_ENDPOINT_URL_S3 unless given. */
  readonly endpoint?: string;
  readonly region?: string;
  /** Whether the bucket is a part of the path, not of the host; so with an endpoint, unless given. */
  readonly forcePathStyle?: boolean;
  /** Bytes of one artifact at most; 4 GiB unless given, and never more than 5 GiB, the most that S3 takes at once. */
  readonly maxBytes?: number;
}

const largestPut = 5 * 2 ** 30;

/**
 * Artifacts in a bucket of Amazon S3 or a service that speaks its protocol: `<prefix>/sha256/ab/cdef…`. An object gets
 * its key when all of its bytes are known, with their checksum, which the service compares; they are checked on every
 * read. The SDK tries again at errors of the service and of the network; a read that was cut off goes on where it was.
 */
export function s3Artifacts(options: S3ArtifactsOptions): ArtifactStore {
  const { maxBytes = defaultMaxBytes } = options;
  const { bucket, prefix } = checkLocation({ bucket: options.bucket, prefix: options.prefix ?? '' });
  if (!(maxBytes <= largestPut))
    throw new InputError('artifacts in S3', `maxBytes of at most ${largestPut}`, String(maxBytes));
  const endpoint = options.endpoint ?? process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
  const client = options.client ?? clientFor(options, endpoint);
  const name = `s3://${bucket}${prefix && `/${prefix}`}`;
  const folder = `${prefix && `${prefix}/`}sha256/`;

  const keyOf = (digest: string): string => {
    const hex = checkDigest(name, digest).slice('sha256:'.length);
    return `${folder}${hex.slice(0, 2)}/${hex.slice(2)}`;
  };

  /** @throws ArtifactError in place of what the SDK throws */
  const orExplained = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw s3Error(name, error);
    });

  /**
   * Has the service copy an object onto itself: that makes it new for whoever collects garbage, and the service
   * computes the checksum of what it has.
   * @returns whether it is there, and its bytes are those of the digest
   */
  async function renew(digest: string): Promise<boolean> {
    const key = keyOf(digest);
    const command = new CopyObjectCommand({
      Bucket: bucket,
      Key: key,
      CopySource: `${bucket}/${key}`,
      MetadataDirective: 'REPLACE',
      ChecksumAlgorithm: 'SHA256',
    });
    // A service that can't do this, and one that is busy, get the bytes.
    const copied = await client.send(command).catch(() => undefined);
    return copied?.CopyObjectResult?.ChecksumSHA256 === base64Of(digest);
  }

  async function put(source: ArtifactSource): Promise<Artifact> {
    const spool = new Spool();
    try {
      const artifact = await takeAll(source, maxBytes, name, (piece) => spool.add(piece));
      if (await renew(artifact.digest)) return artifact;
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: keyOf(artifact.digest),
        ContentLength: artifact.bytes,
        ChecksumSHA256: base64Of(artifact.digest),
      });
      sendSpool(command, spool, artifact.digest.slice('sha256:'.length));
      await orExplained(client.send(command));
      return artifact;
    } finally {
      await spool.close();
    }
  }

  async function* read(digest: string): AsyncIterable<Uint8Array> {
    const request = { Bucket: bucket, Key: keyOf(digest) };
    const ask = (from: number) =>
      client.send(new GetObjectCommand({ ...request, ...(from > 0 && { Range: `bytes=${from}-` }) }));
    const first = await ask(0).catch((error: unknown) => {
      throw isMissing(error) ? missing(name, digest) : s3Error(name, error);
    });
    const { ContentLength: bytes = 0 } = first;
    if (bytes > maxBytes) {
      (first.Body as Readable).destroy();
      throw tooLarge(digest, maxBytes, `${bytes} bytes`);
    }
    yield* checked(explained(piecesOf(first, ask), digest), digest, name);
  }

  async function* explained(pieces: AsyncIterable<Uint8Array>, digest: string): AsyncIterable<Uint8Array> {
    try {
      yield* pieces;
    } catch (error) {
      throw isChanged(error) ? damaged(name, digest) : s3Error(name, error);
    }
  }

  async function* list(): AsyncIterable<StoredArtifact> {
    for (let token: string | undefined; ; ) {
      const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: folder, ContinuationToken: token });
      const page = await orExplained(client.send(command));
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
        const [, first, rest] = /^([0-9a-f]{2})\/([0-9a-f]{62})$/.exec(Key.slice(folder.length)) ?? [];
        if (rest && LastModified)
          yield { digest: `sha256:${first}${rest}`, bytes: Size, putAt: LastModified.getTime() };
      }
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
      if (!token) return;
    }
  }

  return {
    name,
    place: placeOf(options.client, endpoint, name),
    put,
    read,
    list,
    get: (digest) => gather(read(digest)),
    async has(digest) {
      const head = client.send(new HeadObjectCommand({ Bucket: bucket, Key: keyOf(digest) }));
      return head.then(
        () => true,
        (error: unknown) => {
          if (isMissing(error)) return false;
          throw s3Error(name, error);
        },
      );
    },
    async remove(digest) {
      await orExplained(client.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(digest) })));
    },
  };
}

const base64Of = (digest: string): string =>
  Buffer.from(digest.slice('sha256:'.length), 'hex').toString('base64');

const silent = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

function clientFor({ region, forcePathStyle }: S3ArtifactsOptions, endpoint: string | undefined): S3Client {
  return new S3Client({
    ...(region && { region }),
    // Services other than Amazon's mostly have one region, and no names of hosts for buckets.
    ...(endpoint && { endpoint, forcePathStyle: true }),
    ...(endpoint && !region && !process.env.AWS_REGION && { region: 'us-east-1' }),
    ...(forcePathStyle !== undefined && { forcePathStyle }),
    // Milliseconds; without them a service that says no more is waited for without end.
    requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000 },
    // Our own check is of the same bytes.
    responseChecksumValidation: 'WHEN_REQUIRED',
    logger: silent,
  });
}

const clients = new WeakMap<S3Client, number>();
let clientCount = 0;

/** Where a client of the caller's leads is not known: then only its own stores are the same place. */
function placeOf(client: S3Client | undefined, endpoint: string | undefined, name: string): string {
  if (!client) return `${endpoint ? new URL(endpoint).host : 'amazonaws.com'} ${name}`;
  if (!clients.has(client)) clients.set(client, ++clientCount);
  return `client ${clients.get(client)} ${name}`;
}
