import type { ReactNode } from 'react';
import { DeviceFields, type DevicesInUse } from '../devices/device-fields.tsx';
import { changeLanguage, isLanguage, LANGUAGES, useLanguage } from '../i18n/language.ts';
import { useTexts } from '../i18n/texts.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { type Setting, useSetting } from './setting.ts';
import { mirror, QUALITIES, receivedQuality, statistics, THEMES, theme } from './settings.ts';
import css from './settings-dialog.module.css';

export interface SettingsDialogProps {
  devices: DevicesInUse;
  onClose: () => void;
  /** Shows what keys do; absent where they do nothing. */
  onShortcuts?: () => void;
}

/** Devices, look and video, in lobby and call. */
export function SettingsDialog({ devices, onClose, onShortcuts }: SettingsDialogProps) {
  const texts = useTexts();
  const language = useLanguage();
  const t = texts.settings;
  return (
    <Dialog
      title={t.title}
      closeLabel={t.close}
      onClose={onClose}
      testId="settings"
      closeTestId="close-settings"
    >
      <section className={css.section} aria-label={texts.devices.title}>
        <h3 className={css.heading}>{texts.devices.title}</h3>
        <DeviceFields inUse={devices} />
      </section>
      <section className={css.section} aria-label={t.look}>
        <h3 className={css.heading}>{t.look}</h3>
        <ThemeChoice />
        <Row label={t.language}>
          <select
            className={css.select}
            value={language}
            onChange={({ target }) => isLanguage(target.value) && changeLanguage(target.value)}
            data-testid="choose-language"
          >
            {Object.entries(LANGUAGES).map(([tag, name]) => (
              <option key={tag} value={tag} lang={tag}>
                {name}
              </option>
            ))}
          </select>
        </Row>
      </section>
      <section className={css.section} aria-label={t.video}>
        <h3 className={css.heading}>{t.video}</h3>
        <Check setting={mirror} label={t.mirror} testId="mirror" />
        <Check setting={statistics} label={t.statistics} testId="show-statistics" />
        <Row label={texts.room.quality}>
          <Choice
            setting={receivedQuality}
            values={QUALITIES}
            texts={texts.room.qualities}
            testId="choose-quality"
          />
        </Row>
      </section>
      {onShortcuts && (
        <Button
          onClick={() => {
            onClose();
            onShortcuts();
          }}
          testId="show-shortcuts"
        >
          {t.shortcuts}
        </Button>
      )}
    </Dialog>
  );
}

function ThemeChoice() {
  const { theme: legend, themes } = useTexts().settings;
  const current = useSetting(theme);
  return (
    <fieldset className={css.themes}>
      <legend className={css.legend}>{legend}</legend>
      <div className={css.segments}>
        {THEMES.map((value) => (
          <label className={css.theme} key={value}>
            <input
              type="radio"
              name="theme"
              value={value}
              checked={value === current}
              onChange={() => theme.set(value)}
              data-testid={`theme-${value}`}
            />
            {themes[value]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface CheckProps {
  setting: Setting<'on' | 'off'>;
  label: string;
  testId: string;
}

function Check({ setting, label, testId }: CheckProps) {
  const isOn = useSetting(setting) === 'on';
  return (
    <label className={css.check}>
      <input
        type="checkbox"
        checked={isOn}
        onChange={({ target }) => setting.set(target.checked ? 'on' : 'off')}
        data-testid={testId}
      />
      {label}
    </label>
  );
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the menu is given as child
    <label className={css.row}>
      <span className={css.label}>{label}</span>
      {children}
    </label>
  );
}

interface ChoiceProps<T extends string> {
  setting: Setting<T>;
  values: readonly T[];
  texts: Record<T, string>;
  testId: string;
}

function Choice<T extends string>({ setting, values, texts, testId }: ChoiceProps<T>) {
  const current = useSetting(setting);
  return (
    <select
      className={css.select}
      value={current}
      onChange={({ target }) => {
        const value = values.find((one) => one === target.value);
        if (value !== undefined) setting.set(value);
      }}
      data-testid={testId}
    >
      {values.map((value) => (
        <option key={value} value={value}>
          {texts[value]}
        </option>
      ))}
    </select>
  );
}
