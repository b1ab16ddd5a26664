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
import { createLocalJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Environment } from '../environment.ts';
import { KeyringObject, type PublicKeys } from './keyring-object.ts';

/** How long an isolate trusts its copy of the public keys. */
const CACHE_MS = 5 * 60 * 1000;
let cached: { keys: PublicKeys; at: number } | undefined;

async function publicKeys(env: Environment, fresh: boolean): Promise<PublicKeys> {
  if (!fresh && cached !== undefined && Date.now() - cached.at < CACHE_MS) return cached.keys;
  cached = { keys: await KeyringObject.of(env).publicKeys(), at: Date.now() };
  return cached.keys;
}

async function verify(
  env: Environment,
  token: string,
  type: keyof typeof TOKEN_TYPES,
  audience: string,
): Promise<JWTPayload | undefined> {
  const options = {
    issuer: ISSUER,
    audience,
    typ: TOKEN_TYPES[type],
    algorithms: [TOKEN_ALGORITHM],
    requiredClaims: ['exp'],
  };
  for (const fresh of [false, true]) {
    try {
      const { payload } = await jwtVerify(token, createLocalJWKSet(await publicKeys(env, fresh)), options);
      return payload;
    } catch (error) {
      // A key made after our copy: look once more with a new copy.
      if (error instanceof errors.JWKSNoMatchingKey && !fresh) continue;
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
  return undefined;
}

/** The claims of a valid assignment, else undefined. */
export async function verifyAssignment(
  env: Environment,
  token: string,
): Promise<AssignmentClaims | undefined> {
  const claims = AssignmentClaims.safeParse(await verify(env, token, 'assignment', ASSIGNMENT_AUDIENCE));
  return claims.success && isSupportedVersion(claims.data.v) ? claims.data : undefined;
}

/** The claims of a valid node token, else undefined. */
export async function verifyNodeToken(env: Environment, token: string): Promise<NodeTokenClaims | undefined> {
  const claims = NodeTokenClaims.safeParse(await verify(env, token, 'node', NODE_TOKEN_AUDIENCE));
  return claims.success && isSupportedVersion(claims.data.v) ? claims.data : undefined;
}
