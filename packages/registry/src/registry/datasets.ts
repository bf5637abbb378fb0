import { NotFoundError } from '../errors.ts';
import { canonicalJson, type JsonObject } from '../json.ts';
import { checkDigest, checkName, checkWhole } from '../names.ts';
import { only, type Queryable } from '../store/database.ts';

export interface DatasetRecord {
  /** Of all its pictures and labels: the identity. */
  readonly digest: string;
  readonly name: string;
  /** Pictures to train with, and held out. */
  readonly train: number;
  readonly test: number;
  /** Whatever a later check compares with, such as the `FeatureReference` of drift. */
  readonly statistics: JsonObject;
}

export interface Dataset extends DatasetRecord {
  readonly created: Date;
}

const columns = 'digest, name, train, test, statistics, created';

export class Datasets {
  readonly #database: Queryable;

  constructor(database: Queryable) {
    this.#database = database;
  }

  /** Records a dataset. One that is known by its digest stays as it is. @returns what is stored */
  async record({ digest, name, train, test, statistics }: DatasetRecord): Promise<Dataset> {
    const where = 'dataset';
    await this.#database.query(
      `insert into trainyard.datasets (digest, name, train, test, statistics)
       values ($1, $2, $3, $4, $5::text::jsonb) on conflict (digest) do nothing`,
      [
        checkDigest(where, digest),
        checkName(where, name),
        checkWhole(`${where} train`, train),
        checkWhole(`${where} test`, test),
        canonicalJson(`${where} statistics`, statistics),
      ],
    );
    return this.get(digest);
  }

  /** @throws NotFoundError */
  async get(digest: string): Promise<Dataset> {
    const rows = await this.#database.query<Dataset>(
      `select ${columns} from trainyard.datasets where digest = $1`,
      [checkDigest('dataset', digest)],
    );
    if (rows.length === 0)
      throw new NotFoundError('dataset', `a dataset ${digest}`, 'none', 'record it first');
    return only(rows);
  }

  /** The newest first, all or those of a name. */
  async list(options: { readonly name?: string; readonly limit?: number } = {}): Promise<Dataset[]> {
    const { name = null, limit = 100 } = options;
    return this.#database.query<Dataset>(
      `select ${columns} from trainyard.datasets where $1::text is null or name = $1::text
       order by created desc, digest limit $2`,
      [name, checkWhole('datasets limit', limit, 1)],
    );
  }
}
