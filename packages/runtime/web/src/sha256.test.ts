import { webCryptoSha256 } from '@trainyard/runtime-common';
import { pixelsOf } from '@trainyard/testing/runtime';
import { expect, test } from 'vitest';
import { plainSha256 } from './plain-sha256.ts';

test.each([0, 1, 2 ** 20, 2 ** 20 + 1, 3 * 2 ** 20 - 7])(
  'without WebCrypto %i bytes have the same digest',
  async (length) => {
    const bytes = pixelsOf(length);
    expect(await plainSha256(bytes)).toEqual(await webCryptoSha256(bytes));
  },
);
