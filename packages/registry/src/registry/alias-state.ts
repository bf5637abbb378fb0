export const aliasNames = ['champion', 'challenger', 'previous'] as const;
export type AliasName = (typeof aliasNames)[number];

/** Which versions have a model's aliases; undefined where none has. */
export type AliasVersions = Readonly<Record<AliasName, number | undefined>>;

/** The champions in office, the serving one last, as far as a move needs them; and who challenges. */
export interface AliasState {
  readonly champions: readonly number[];
  readonly challenger: number | undefined;
}

/** A version takes over; the champion before it stays next in line, and is `previous`. */
export function promoted({ champions, challenger }: AliasState, version: number): AliasState {
  return {
    champions: champions.at(-1) === version ? champions : [...champions, version],
    challenger: challenger === version ? undefined : challenger,
  };
}

/**
 * The champion goes, and the one before it is champion again; `previous` is then the one before that. So a second
 * rollback goes further back, and never to the version that was rolled back from.
 */
export function rolledBack({ champions, challenger }: AliasState): AliasState {
  const rest = champions.slice(0, -1);
  return { champions: rest, challenger: challenger === rest.at(-1) ? undefined : challenger };
}

export const challenged = ({ champions }: AliasState, version: number): AliasState => ({
  champions,
  challenger: version,
});

export const refused = ({ champions, challenger }: AliasState, version: number): AliasState => ({
  champions,
  challenger: challenger === version ? undefined : challenger,
});

export const aliasesOf = ({ champions, challenger }: AliasState): AliasVersions => ({
  champion: champions.at(-1),
  challenger,
  previous: champions.at(-2),
});
