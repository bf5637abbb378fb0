export * from './attribute.ts';
export * from './data-type.ts';
export * from './graph.ts';
export * from './tensor-data.ts';
