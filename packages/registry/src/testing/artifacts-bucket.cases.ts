import { S3Client } from '@aws-sdk/client-s3';
import { s3Artifacts } from '../artifacts/s3/index.ts';
import type { ArtifactsUnderTest } from './artifacts.cases.ts';
import { accessKeyId, S3Server, secretAccessKey } from './s3-server.cases.ts';

/** A bucket of a service that runs in this process, for tests that have things go wrong. */
export interface ArtifactsBucket extends ArtifactsUnderTest {
  readonly server: S3Server;
  readonly endpoint: string;
}

const prefix = 'some/prefix';

/** @param options `socketTimeout` of its client, in milliseconds */
export async function artifactsBucket(options: { socketTimeout?: number } = {}): Promise<ArtifactsBucket> {
  const server = new S3Server({ pageSize: 3 });
  const endpoint = await server.listen();
  const client = clientOf(endpoint, undefined, options.socketTimeout);
  return {
    server,
    endpoint,
    open: (options) => s3Artifacts({ bucket: 'bucket', prefix, client, ...options }),
    async change(digest, change) {
      const key = keyOf(digest);
      const { bytes, modified } = server.objects.get(key)!;
      server.objects.set(key, { bytes: Buffer.from(change(new Uint8Array(bytes))), modified });
    },
    tick: 20,
    async leftovers() {
      return [...server.objects.keys()].filter((key) => !/^some\/prefix\/sha256\/..\/.{62}$/.test(key));
    },
    async close() {
      client.destroy();
      await server.close();
    },
  };
}

/** The key of an artifact in the bucket. */
export const keyOf = (digest: string): string =>
  digest.replace(/^sha256:(..)(.{62})$/, `${prefix}/sha256/$1/$2`);

/** @param socketTimeout milliseconds after which a service that says nothing is given up */
export const clientOf = (endpoint: string, secret = secretAccessKey, socketTimeout = 300): S3Client =>
  new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey: secret },
    requestHandler: { socketTimeout },
  });
