export * from './attribute.ts';
export * from './clone.ts';
export * from './data-type.ts';
export * from './errors.ts';
export * from './graph.ts';
export * from './serde/read.ts';
export * from './serde/write.ts';
export * from './tensor-data.ts';
