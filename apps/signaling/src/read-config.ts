import { type Environment, loadConfig } from '@parley/protocol/config/load-config';
import { MediaConfig } from '@parley/protocol/config/media-config';
import { WebrtcConfig } from '@parley/protocol/config/webrtc-config';
import mediaYaml from '../../../infra/config/media.yaml';
import webrtcYaml from '../../../infra/config/webrtc.yaml';

/**
 * The two configuration files as they were bundled, with their overrides among the Worker's variables.
 *
 * @throws {ConfigError} naming file, line and key, or the variable, and what would be right
 */
export function readConfig(environment: Environment): { webrtc: WebrtcConfig; media: MediaConfig } {
  return {
    webrtc: loadConfig(WebrtcConfig, webrtcYaml, 'infra/config/webrtc.yaml', environment),
    media: loadConfig(MediaConfig, mediaYaml, 'infra/config/media.yaml', environment),
  };
}
