// For tests, by --import: makes Node find no file or package whose name holds one of the words in ABSENT, in
// every thread, as on a system that has no binary of it, or where it is not installed.
import Module, { register } from 'node:module';

const absent = (process.env.ABSENT ?? '').split(',').filter(Boolean);

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  if (!absent.some((word) => request.includes(word))) return resolveFilename.call(this, request, ...rest);
  const error = new Error(`Cannot find module '${request}'\nRequire stack:\n- somewhere`);
  throw Object.assign(error, { code: 'MODULE_NOT_FOUND' });
};

const hooks = `
const absent = ${JSON.stringify(absent)};
export async function resolve(specifier, context, next) {
  if (!absent.some((word) => specifier.includes(word))) return next(specifier, context);
  const error = new Error("Cannot find package '" + specifier + "'");
  throw Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' });
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
