import { ArtifactError, codeOf, InputError, messageOf } from '../errors.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { folderArtifacts } from './folder-artifacts.ts';
import { parseS3Location } from './s3/s3-location.ts';

/**
 * The store of artifacts that a text names, such as TRAINYARD_ARTIFACTS: a folder's path, or `s3://bucket/prefix`.
 * Endpoint, region and credentials of the latter come from the SDK's own variables: AWS_ENDPOINT_URL_S3, AWS_REGION,
 * AWS_ACCESS_KEY_ID and so on.
 * @throws InputError at another form; ArtifactError where S3 is asked for and its client is not installed
 */
export async function artifactsFrom(text: string): Promise<ArtifactStore> {
  if (text.startsWith('s3:')) {
    const location = parseS3Location(text);
    return (await loadS3()).s3Artifacts(location);
  }
  // One letter is a drive of Windows.
  if (text.trim() === '' || /^[a-z][a-z0-9+.-]+:/i.test(text))
    throw new InputError('TRAINYARD_ARTIFACTS', "a folder's path or s3://bucket/prefix", 'another form');
  return folderArtifacts(text);
}

const loadS3 = () =>
  import('./s3/index.ts').catch((error: unknown) => {
    const isAbsent = codeOf(error) === 'ERR_MODULE_NOT_FOUND';
    throw new ArtifactError(
      'artifacts in S3',
      '@aws-sdk/client-s3',
      isAbsent ? 'no such package' : messageOf(error),
      'npm install @aws-sdk/client-s3',
      { cause: error },
    );
  });
