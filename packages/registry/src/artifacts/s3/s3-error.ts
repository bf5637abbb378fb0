import { ArtifactError } from '../../errors.ts';

interface ServiceFault {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

const noAccess = new Set([
  'AccessDenied',
  'AccountProblem',
  'CredentialsProviderError',
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidToken',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);
const wrongRegion = new Set(['AuthorizationHeaderMalformed', 'IllegalLocationConstraintException']);
const accessRemedy =
  'check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_PROFILE, the clock, and that they allow s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject';

/** Whether an object is not there. A missing bucket looks the same where the request has no body to tell it apart. */
export const isMissing = (error: unknown): boolean =>
  ['NoSuchKey', 'NotFound'].includes(faultOf(error).name ?? '');

/** Whether the rest of an object that was asked for is not there any more. */
export const isChanged = (error: unknown): boolean =>
  ['InvalidRange', 'NoSuchKey'].includes(faultOf(error).name ?? '');

/**
 * What the SDK threw, as an error that says what to do. The SDK's messages are left out, and its errors are no cause:
 * those of signatures hold what was signed, and with which key.
 */
export function s3Error(where: string, error: unknown): Error {
  if (error instanceof ArtifactError) return error;
  const { name = 'an error', code, $metadata } = faultOf(error);
  const status = $metadata?.httpStatusCode;
  if (name === 'NoSuchBucket')
    return new ArtifactError(where, 'a bucket of that name', 'none', 'make it, or correct the name');
  if (noAccess.has(name) || status === 401 || status === 403)
    return new ArtifactError(where, 'access', nameAnd(name, status), accessRemedy);
  if (wrongRegion.has(name) || status === 301 || /^Region is missing/.test(messageIn(error)))
    return new ArtifactError(where, "the bucket's region", nameAnd(name, status), 'set AWS_REGION');
  const attempts = ($metadata?.attempts ?? 1) > 1 ? ` after ${$metadata?.attempts} attempts` : '';
  if (status !== undefined)
    return new ArtifactError(
      where,
      'the service to do it',
      `${nameAnd(name, status)}${attempts}`,
      'try later',
    );
  return new ArtifactError(
    where,
    'a service that answers',
    `${code ?? name}${attempts}`,
    'check AWS_ENDPOINT_URL_S3 and the network',
  );
}

const faultOf = (error: unknown): ServiceFault => (error instanceof Error ? (error as ServiceFault) : {});

const messageIn = (error: unknown): string => (error instanceof Error ? error.message : '');

const nameAnd = (name: string, status: number | undefined): string =>
  status === undefined ? name : `${name} (${status})`;
