import type { Preview as PreviewModel } from '@parley/react';
import { useTexts } from '../i18n/texts.ts';
import { Video } from '../media/video.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { DeviceToggle } from '../ui/device-toggle.tsx';
import { useMirrored } from '../ui/use-mirrored.ts';
import css from './preview.module.css';

export interface PreviewProps {
  preview: PreviewModel;
  name: string;
  /** The tracks are handed over already: a switch would do nothing to them. */
  joining: boolean;
}

/** How one will look, and the switches for it. */
export function Preview({ preview, name, joining }: PreviewProps) {
  const { camera, microphone } = preview.state;
  const texts = useTexts().lobby;
  const mirrored = useMirrored(camera.state === 'on' ? camera.track : undefined);
  return (
    <div className={css.preview}>
      {camera.state === 'on' ? (
        <Video track={camera.track} label={texts.camera} mirrored={mirrored} />
      ) : (
        <>
          <Avatar name={name} />
          <p className={css.hint}>{camera.state === 'starting' ? texts.starting : texts.cameraIsOff}</p>
        </>
      )}
      <div className={css.switches}>
        <DeviceToggle
          device="microphone"
          on={microphone.state === 'on'}
          busy={joining || microphone.state === 'starting'}
          onToggle={() => preview.toggle('microphone')}
        />
        <DeviceToggle
          device="camera"
          on={camera.state === 'on'}
          busy={joining || camera.state === 'starting'}
          onToggle={() => preview.toggle('camera')}
        />
      </div>
    </div>
  );
}
