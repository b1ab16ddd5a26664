import {
  MEDIA_LINK_AUDIENCE,
  MediaLinkClaims,
  RECORDER_AUDIENCE,
  RecorderAssignmentClaims,
} from '@parley/protocol/recording/recorder-api';
import {
  ASSIGNMENT_AUDIENCE,
  AssignmentClaims,
  ISSUER,
  NODE_TOKEN_AUDIENCE,
  NodeTokenClaims,
  TOKEN_ALGORITHM,
  TOKEN_TYPES,
} from '@parley/protocol/tokens';
import { isSupportedVersion } from '@parley/protocol/version';
import { createLocalJWKSet, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Environment } from '../environment.ts';
import { publicKeys } from './public-keys.ts';

async function verify(
  env: Environment,
  token: string,
  type: keyof typeof TOKEN_TYPES,
  audience: string,
): Promise<JWTPayload | undefined> {
  try {
    const { kid } = decodeProtectedHeader(token);
    const { payload } = await jwtVerify(token, createLocalJWKSet(await publicKeys(env, kid)), {
      issuer: ISSUER,
      audience,
      typ: TOKEN_TYPES[type],
      algorithms: [TOKEN_ALGORITHM],
      requiredClaims: ['exp'],
    });
    return payload;
  } catch (error) {
    // decodeProtectedHeader reports what is no token as a TypeError.
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The claims of a valid assignment, else undefined. */
export async function verifyAssignment(
  env: Environment,
  token: string,
): Promise<AssignmentClaims | undefined> {
  const claims = AssignmentClaims.safeParse(await verify(env, token, 'assignment', ASSIGNMENT_AUDIENCE));
  return claims.success && isSupportedVersion(claims.data.v) ? claims.data : undefined;
}

/** The claims of a recorder's valid assignment, else undefined. */
export async function verifyRecorderAssignment(
  env: Environment,
  token: string,
): Promise<RecorderAssignmentClaims | undefined> {
  const claims = RecorderAssignmentClaims.safeParse(await verify(env, token, 'recorder', RECORDER_AUDIENCE));
  return claims.success && isSupportedVersion(claims.data.v) ? claims.data : undefined;
}

/** The claims of a valid link to a file of a recording, else undefined. */
export async function verifyMediaLink(env: Environment, token: string): Promise<MediaLinkClaims | undefined> {
  return MediaLinkClaims.safeParse(await verify(env, token, 'media', MEDIA_LINK_AUDIENCE)).data;
}

/** The claims of a valid node token, else undefined. */
export async function verifyNodeToken(env: Environment, token: string): Promise<NodeTokenClaims | undefined> {
  const claims = NodeTokenClaims.safeParse(await verify(env, token, 'node', NODE_TOKEN_AUDIENCE));
  return claims.success && isSupportedVersion(claims.data.v) ? claims.data : undefined;
}
