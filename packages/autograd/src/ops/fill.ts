import { ones, type Tensor, zeros } from '../tensor.ts';
import type { TensorType } from '../types.ts';
import { concrete } from '../types.ts';

/** Constants of the type of another tensor. */
export const onesLike = ({ dtype, shape }: TensorType): Tensor => ones(concrete('onesLike', shape), dtype);
export const zerosLike = ({ dtype, shape }: TensorType): Tensor => zeros(concrete('zerosLike', shape), dtype);
