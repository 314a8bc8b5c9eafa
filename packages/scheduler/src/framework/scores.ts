/** Between what the scores of every plugin lie. */

/** The highest score after normalizing. */
export const scoreMax = 100;
/** The lowest score after normalizing. */
export const scoreMin = 0;
