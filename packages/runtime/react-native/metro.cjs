/** The extension of packed bundles. */
const bundleExtension = 'tybundle';

/**
 * Makes packed bundles (`name.tybundle`) assets of the app, so that `require('./name.tybundle')` finds them.
 * @param config of Metro, which stays as it is
 */
function withTrainyard(config) {
  const { assetExts = [] } = config.resolver ?? {};
  return {
    ...config,
    resolver: { ...config.resolver, assetExts: [...new Set([...assetExts, bundleExtension])] },
  };
}

module.exports = { bundleExtension, withTrainyard };
