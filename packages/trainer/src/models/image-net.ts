/** Statistics of the pictures of ImageNet, with which torchvision's networks were trained. */
export const imageNetMean: readonly number[] = [0.485, 0.456, 0.406];
export const imageNetStd: readonly number[] = [0.229, 0.224, 0.225];
