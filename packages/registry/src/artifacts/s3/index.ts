/** Artifacts in a bucket, for workers on many machines. Needs `@aws-sdk/client-s3`. */
export { type S3ArtifactsOptions, s3Artifacts } from './s3-artifacts.ts';
