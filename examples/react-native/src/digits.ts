/** A test picture of each digit, as assets. */
export const digits: readonly number[] = [
  require('../assets/digits/0.png'),
  require('../assets/digits/1.png'),
  require('../assets/digits/2.png'),
  require('../assets/digits/3.png'),
  require('../assets/digits/4.png'),
  require('../assets/digits/5.png'),
  require('../assets/digits/6.png'),
  require('../assets/digits/7.png'),
  require('../assets/digits/8.png'),
  require('../assets/digits/9.png'),
];
