import { type OpCases, uniform } from '@trainyard/testing';

const withoutOrt = 'it has another name and shape there, which emitBlocked writes and its tests run';

export const cases: OpCases = {
  BlockedConv: [
    {
      name: 'channels in blocks',
      inputs: [uniform([2, 2, 5, 6, 4]), uniform([4, 8, 3, 3]), uniform([4])],
      attributes: { block: 4, pads: [1, 0, 1, 2] },
      withoutOrt,
    },
    {
      name: 'fewer channels than in a block, strides',
      inputs: [uniform([1, 3, 7, 6]), uniform([8, 3, 3, 2])],
      attributes: { block: 4, strides: [2, 3] },
      withoutOrt,
    },
    {
      name: 'depthwise',
      inputs: [uniform([2, 2, 5, 6, 4]), uniform([8, 1, 3, 3])],
      attributes: { block: 4, group: 8, strides: [2, 1] },
      withoutOrt,
    },
    {
      name: 'with something added, and ReLU',
      inputs: [uniform([2, 1, 3, 4, 4]), uniform([4, 1, 1, 1]), uniform([4]), uniform([2, 1, 3, 4, 4])],
      attributes: { block: 4, group: 4, relu: 1 },
      withoutOrt,
    },
  ],
  BlockedDot: [
    { name: 'two', inputs: [uniform([2, 2, 3, 4, 4]), uniform([2, 2, 3, 4, 4])], withoutOrt },
    { name: 'one', inputs: [uniform([2, 2, 3, 4, 4])], withoutOrt },
  ],
};
