import type { SkippedSubject, Subject } from '../subject.ts';
import { digitsSubjects } from './digits.ts';
import { foreignNames, foreignSubjects } from './foreign.ts';

export interface SubjectOptions {
  /** Bundles, variants, or `bundle/variant`; all where there are none. */
  readonly wanted: readonly string[];
  /** At most so many pictures of each. */
  readonly pictures: number;
  /** A folder for bundles that are made. */
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

const digits = 'digits';
export const bundleNames: readonly string[] = [digits, ...foreignNames];

const bundleOf = (name: string): string => name.split('/')[0]!;

/**
 * What conformance runs.
 * @throws Error when a name is of nothing that there is
 */
export async function loadSubjects(
  options: SubjectOptions,
): Promise<{ subjects: Subject[]; skipped: SkippedSubject[] }> {
  const { wanted, pictures } = options;
  // A variant alone may be of any bundle.
  const named = wanted.map(bundleOf);
  const needed = named.every((name) => bundleNames.includes(name)) ? named : bundleNames;
  const isNeeded = (bundle: string) => wanted.length === 0 || needed.includes(bundle);
  const ours = isNeeded(digits) ? await digitsSubjects(pictures, options) : [];
  const { subjects: theirs, skipped } = await foreignSubjects(foreignNames.filter(isNeeded), options);
  const all = [...ours, ...theirs];
  const isWanted = ({ name, variant }: Subject): boolean =>
    wanted.length === 0 || [name, bundleOf(name), variant.name].some((form) => wanted.includes(form));
  const subjects = all.filter(isWanted);
  const unknown = wanted.filter(
    (word) =>
      !skipped.some(({ name }) => name === bundleOf(word)) &&
      !all.some(({ name, variant }) => [name, bundleOf(name), variant.name].includes(word)),
  );
  if (unknown.length > 0)
    throw new Error(
      `conformance: expected variants among ${[...new Set(all.map(({ variant }) => variant.name))].join(', ')} or bundles among ${bundleNames.join(', ')}, got ${unknown.join(', ')}`,
    );
  return { subjects, skipped };
}
