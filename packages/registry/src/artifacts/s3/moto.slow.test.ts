import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ArtifactsUnderTest, testArtifacts } from '../../testing/artifacts.cases.ts';
import { clientOf, keyOf } from '../../testing/artifacts-bucket.cases.ts';
import { motoMissing, startMoto } from '../../testing/moto-server.cases.ts';
import { bytesOf } from '../../testing/store-under-test.cases.ts';
import { s3Artifacts } from './index.ts';

describe.skipIf(motoMissing)(`on a server of others${motoMissing ? ` (${motoMissing})` : ''}`, () => {
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let client: S3Client;
  let buckets = 0;
  beforeAll(async () => {
    moto = await startMoto();
    client = clientOf(moto.endpoint, undefined, 60_000);
  });
  afterAll(async () => {
    client.destroy();
    await moto.stop();
  });

  async function newBucket(): Promise<ArtifactsUnderTest> {
    const Bucket = `bucket-${++buckets}`;
    await client.send(new CreateBucketCommand({ Bucket }));
    return {
      open: (options) => s3Artifacts({ bucket: Bucket, prefix: 'some/prefix', client, ...options }),
      async change(digest, change) {
        const object = { Bucket, Key: keyOf(digest) };
        const { Body } = await client.send(new GetObjectCommand(object));
        const bytes = change(await Body!.transformToByteArray());
        await client.send(new PutObjectCommand({ ...object, Body: bytes }));
      },
      // It counts in seconds.
      tick: 1100,
      async leftovers() {
        const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
        return Contents.map(({ Key = '' }) => Key).filter((key) => !/sha256\/..\/.{62}$/.test(key));
      },
      close: async () => undefined,
    };
  }

  testArtifacts(newBucket, 200);

  test('more artifacts than fit on a page of S3 are listed', async () => {
    const store = (await newBucket()).open();
    const count = 1003;
    for (let i = 0; i < count; i += 17)
      await Promise.all(
        Array.from({ length: Math.min(17, count - i) }, (_, j) => store.put(bytesOf(`${i + j}`))),
      );
    const digests = new Set<string>();
    for await (const { digest } of store.list()) digests.add(digest);
    expect(digests.size).toBe(count);
  });
});
