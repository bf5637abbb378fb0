export * from './arithmetic.ts';
export * from './expand.ts';
export * from './fill.ts';
export * from './reduce.ts';
export * from './reshape.ts';
export * from './unary.ts';
