import { describe, expect, it } from 'vitest';
import {
  installedPackages,
  MissingPackagesError,
  missingDebianPackages,
  missingPackagesMessage,
} from './system-packages.ts';

describe('installedPackages', () => {
  it('counts a package only when all of it is there', () => {
    const output = [
      'ffmpeg installed',
      'chromium not-installed',
      'coturn config-files',
      'janus half-configured',
      '',
    ];
    expect(installedPackages(output.join('\n'))).toEqual(new Set(['ffmpeg']));
  });

  it('takes a package of several architectures for one', () => {
    expect(installedPackages('libuv1-dev installed\nlibuv1-dev installed\n')).toEqual(
      new Set(['libuv1-dev']),
    );
  });
});

describe('missingPackagesMessage', () => {
  it('tells a user who is not root what to run', () => {
    const message = missingPackagesMessage(['cmake', 'g++'], 'to build the mediasoup worker', 'not_root');
    expect(message).toContain('needed to build the mediasoup worker');
    expect(message).toContain(
      'sudo apt-get update && sudo apt-get install --no-install-recommends cmake g++\n',
    );
  });

  it('tells a user of another system what is wanted', () => {
    const error = new MissingPackagesError(['ffmpeg'], 'to test recordings', 'not_debian');
    expect(error.message).toContain('no dpkg');
    expect(error.message).toContain('ffmpeg');
    expect(error).toMatchObject({ code: 'packages_missing', packages: ['ffmpeg'], obstacle: 'not_debian' });
  });
});

describe('missingDebianPackages', () => {
  it('asks dpkg where there is one', async () => {
    const missing = await missingDebianPackages(['dpkg', 'parley-no-such-package']);
    expect(missing ?? ['parley-no-such-package']).toEqual(['parley-no-such-package']);
  });
});
