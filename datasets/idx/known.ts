/** What is known of one dataset that comes as four IDX files. */
export interface IdxDataset {
  readonly classes: readonly string[];
  readonly license: string;
  readonly source: string;
  /** Names without `.gz`: training pictures, training labels, test pictures, test labels. */
  readonly files: readonly [string, string, string, string];
  /** Folders that hold the files with `.gz`, and SHA-256 of those. None: only a local folder will do. */
  readonly mirrors: readonly string[];
  readonly sha256: readonly string[];
  /** EMNIST's pictures are stored column by column. */
  readonly transposed?: boolean;
  /** The label of the first class: 1 in EMNIST's letters. */
  readonly firstLabel?: number;
}

const files = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
] as const;
const digits = [...'0123456789'];
const capitals = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const smalls = [...'abcdefghijklmnopqrstuvwxyz'];
/** Small letters that EMNIST does not merge with their capitals. */
const unmerged = [...'abdefghnqrt'];

function emnist(split: string, classes: readonly string[], firstLabel = 0): IdxDataset {
  const name = (part: string): string => `emnist-${split}-${part}-ubyte`;
  return {
    classes,
    license: 'not stated (NIST Special Database 19)',
    source: 'Cohen, Afshar, Tapson, van Schaik, "EMNIST: an extension of MNIST to handwritten letters", 2017',
    files: [
      name('train-images-idx3'),
      name('train-labels-idx1'),
      name('test-images-idx3'),
      name('test-labels-idx1'),
    ],
    // Published as one archive of half a gigabyte only, of which we know no SHA-256.
    mirrors: [],
    sha256: [],
    transposed: true,
    firstLabel,
  };
}

export const idxDatasets = {
  mnist: {
    classes: digits,
    license: 'CC-BY-SA-3.0',
    source: 'LeCun, Cortes, Burges, "The MNIST database of handwritten digits", 1998',
    files,
    mirrors: [
      'https://storage.googleapis.com/cvdf-datasets/mnist/',
      'https://ossci-datasets.s3.amazonaws.com/mnist/',
    ],
    sha256: [
      '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
      '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
      '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
      'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
    ],
  },
  'fashion-mnist': {
    classes: [
      ...['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat'],
      ...['Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
    ],
    license: 'MIT',
    source: 'Xiao, Rasul, Vollgraf, "Fashion-MNIST", 2017, arXiv 1708.07747',
    files,
    mirrors: [
      'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
      'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
    ],
    sha256: [
      '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
      'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
      '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
      '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
    ],
  },
  kmnist: {
    classes: ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'],
    license: 'CC-BY-SA-4.0',
    source: 'Clanuwat et al., "Deep learning for classical Japanese literature", 2018, arXiv 1812.01718',
    files,
    mirrors: [
      'https://codh.rois.ac.jp/kmnist/dataset/kmnist/',
      'http://codh.rois.ac.jp/kmnist/dataset/kmnist/',
    ],
    sha256: [
      '51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4',
      'e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17',
      'edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5',
      '20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c',
    ],
  },
  'emnist-balanced': emnist('balanced', [...digits, ...capitals, ...unmerged]),
  'emnist-bymerge': emnist('bymerge', [...digits, ...capitals, ...unmerged]),
  'emnist-byclass': emnist('byclass', [...digits, ...capitals, ...smalls]),
  'emnist-letters': emnist('letters', capitals, 1),
  'emnist-digits': emnist('digits', digits),
  'emnist-mnist': emnist('mnist', digits),
} as const satisfies Record<string, IdxDataset>;

export type IdxName = keyof typeof idxDatasets;
