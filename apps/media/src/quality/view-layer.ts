/** A layer's bounding box, pixels; its aspect ratio and orientation are the camera's. */
export interface LayerBox {
  width: number;
  height: number;
}

/** How the client shows a track, device pixels of the box that the picture is in; 0 × 0 is not visible. */
export interface View {
  width: number;
  height: number;
  /** The person wants it whatever happens. */
  pinned?: boolean | undefined;
}

/** A picture may be shown so much larger than it is, in length, before the next layer is worth its bits: hardly visible. */
export const MOST_UPSCALE = 1.3;
/** A lower layer is taken when with it the picture would be shown no larger than this: a tile that wobbles by 15% changes nothing. */
const UPSCALE_TO_GO_DOWN = 1.1;

export function isHidden({ width, height }: View): boolean {
  return width <= 0 || height <= 0;
}

/**
 * The lowest layer that is good enough for a view, 0 the lowest.
 *
 * Whether the picture is fitted into its box or cut to fill it, and which way a phone is held, the node does not know: it
 * compares areas, which lie between the two and are the same both ways.
 *
 * @param ladder the boxes of cameras' layers, ascending, one or more
 * @param layers how many the track has, 1 or more: the lowest of the ladder where it has fewer
 * @param present what the answer was before, where there is one
 */
export function layerForView(
  view: View,
  ladder: readonly LayerBox[],
  layers: number,
  present?: number,
): number {
  const top = layers - 1;
  const enough = (most: number) => {
    for (let layer = 0; layer < top; layer++)
      if (upscale(view, boxOf(layer, ladder, layers)) <= most) return layer;
    return top;
  };
  const up = enough(MOST_UPSCALE);
  if (present === undefined || present > top || up >= present) return up;
  return Math.min(present, enough(UPSCALE_TO_GO_DOWN));
}

/** How much larger than it is a layer's picture is shown, in length. */
function upscale(view: View, picture: LayerBox): number {
  return Math.sqrt((view.width * view.height) / (picture.width * picture.height));
}

/** A layer's picture: as large as its box lets it be with the aspect ratio of the top box. Layers beyond the ladder halve downwards. */
function boxOf(layer: number, ladder: readonly LayerBox[], layers: number): LayerBox {
  const top = ladder.at(-1) ?? { width: 1, height: 1 };
  const index = layer - Math.max(0, layers - ladder.length);
  const box = ladder[Math.max(0, index)] ?? top;
  const scale = Math.min(box.width / top.width, box.height / top.height) * 2 ** Math.min(0, index);
  return { width: top.width * scale, height: top.height * scale };
}
