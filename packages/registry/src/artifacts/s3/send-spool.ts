import type { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Spool } from './spool.ts';

/**
 * Has a put send what is in a spool, from its first byte at each attempt. The SDK does not try again with a stream,
 * which it can't rewind: it sees none, and gets a new one under the retries. The digest is signed, so the service
 * refuses other bytes.
 * @param hex SHA-256 of the bytes
 */
export function sendSpool(command: PutObjectCommand, spool: Spool, hex: string): void {
  command.middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers['x-amz-content-sha256'] = hex;
      return next(args);
    },
    { step: 'build', name: 'signDigest' },
  );
  command.middlewareStack.add(
    (next) => async (args) => {
      const body = await spool.stream();
      const failed = new Promise<never>((_, reject) => body.once('error', reject));
      const { request } = args;
      try {
        const sent = Object.assign(Object.create(Object.getPrototypeOf(request)), request, { body });
        return await Promise.race([next({ ...args, request: sent }), failed]);
      } finally {
        body.destroy();
      }
    },
    { step: 'deserialize', name: 'sendSpool', priority: 'low' },
  );
}
