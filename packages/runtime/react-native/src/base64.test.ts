import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64 } from './base64.ts';

test('gives the bytes of base64 as platforms write it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = Buffer.from(bytes).toString('base64');
      expect(decodeBase64(text)).toEqual(bytes);
      expect(decodeBase64(text.replaceAll('=', ''))).toEqual(bytes);
      expect(decodeBase64(Buffer.from(bytes).toString('base64url'))).toEqual(bytes);
      expect(decodeBase64(text.replace(/.{1,7}/g, '$&\r\n'))).toEqual(bytes);
    }),
  );
});

test.each(['ab*d', 'äbcd', 'ab\u0000d', '…'])('refuses %j', (text) => {
  expect(() => decodeBase64(text)).toThrow(/character \d is not base64/);
});
