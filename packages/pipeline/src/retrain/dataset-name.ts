import { checkName } from '@trainyard/registry';

/** A dataset's name as the registry takes it: a folder of pictures may be called anything. */
export function datasetName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replace(/^-|-$/g, '');
  try {
    return checkName('dataset', plain);
  } catch {
    return 'pictures';
  }
}
