import {
  isOfEpochs,
  MEDIA_LINK_AUDIENCE,
  MediaLinkClaims,
  SEGMENT_LINK_AUDIENCE,
  SegmentLinkClaims,
} from '@parley/protocol/recording/recorder-api';
import { ISSUER, TOKEN_ALGORITHM, TOKEN_TYPES } from '@parley/protocol/tokens';
import { type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';

/** A file of a recording, its path below the recording's folder. */
export interface WantedFile {
  recordingId: string;
  file: string;
}

/** Whether the edge signed that a token's bearer may have a file, with the name that it is to have as a download; else undefined. */
export async function openedBy(
  token: string,
  { recordingId, file }: WantedFile,
  keys: JWTVerifyGetKey,
): Promise<{ name?: string | undefined } | undefined> {
  const media = MediaLinkClaims.safeParse(await verified(token, 'media', MEDIA_LINK_AUDIENCE, keys)).data;
  if (media !== undefined) return media.sub === recordingId && media.file === file ? media : undefined;
  const segments = SegmentLinkClaims.safeParse(
    await verified(token, 'segments', SEGMENT_LINK_AUDIENCE, keys),
  ).data;
  return segments?.sub === recordingId && isOfEpochs(file, segments.epochs) ? {} : undefined;
}

async function verified(
  token: string,
  type: 'media' | 'segments',
  audience: string,
  keys: JWTVerifyGetKey,
): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: ISSUER,
      audience,
      typ: TOKEN_TYPES[type],
      algorithms: [TOKEN_ALGORITHM],
    });
    return payload;
  } catch {
    return undefined;
  }
}
