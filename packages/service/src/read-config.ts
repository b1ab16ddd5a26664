import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, type Environment, loadConfig } from '@parley/protocol/config/load-config';
import { MediaConfig } from '@parley/protocol/config/media-config';
import { WebrtcConfig } from '@parley/protocol/config/webrtc-config';

/** The two configuration files that the edge and the server processes share. */
export interface SharedConfig {
  webrtc: WebrtcConfig;
  media: MediaConfig;
}

/**
 * Reads `webrtc.yaml` and `media.yaml` with the environment's overrides.
 *
 * @throws {ConfigError} naming file, line and key of what is wrong, or the folder that lacks a file
 */
export function readConfig(folder: string, environment: Environment): SharedConfig {
  return {
    webrtc: loadConfig(WebrtcConfig, read(folder, 'webrtc.yaml'), 'webrtc.yaml', environment),
    media: loadConfig(MediaConfig, read(folder, 'media.yaml'), 'media.yaml', environment),
  };
}

function read(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    throw new ConfigError(
      `PARLEY_CONFIG_DIR: ${join(folder, name)} cannot be read; point it at the folder of ${name}`,
    );
  }
}
