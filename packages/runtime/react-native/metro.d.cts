/** The extension of packed bundles. */
export declare const bundleExtension: 'tybundle';

/** Makes packed bundles (`name.tybundle`) assets of the app, so that `require('./name.tybundle')` finds them. */
export declare function withTrainyard<
  Config extends { readonly resolver?: { readonly assetExts?: readonly string[] } },
>(config: Config): Config;
