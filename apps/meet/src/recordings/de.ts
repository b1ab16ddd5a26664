import { pluralsOf } from '../i18n/wording.ts';
import type { RecordingTexts } from './texts.ts';

const plural = pluralsOf('de');

/** What the page of recordings says in German. */
export const de: RecordingTexts = {
  title: 'Aufnahmen',
  titleOf: (room) => `Aufnahmen von ${room}`,
  home: 'Parley: zur Startseite',
  toRoom: 'Zum Raum',
  loading: 'Die Aufnahmen werden geholt …',
  none: 'Noch keine Aufnahmen',
  noneHint: 'Starten Sie eine in einem Gespräch, oben mit dem Aufnahmeknopf. Hier erscheint sie sofort.',
  more: 'Ältere zeigen',
  again: 'Noch einmal versuchen',
  stale: 'Die Liste ist vielleicht nicht aktuell.',
  notAllowed: 'Diese Aufnahmen sind nicht für Sie offen',
  notAllowedHint:
    'Öffnen Sie die Seite mit dem Link von jemandem, der aufnehmen darf, oder fragen Sie, wer Sie eingeladen hat.',
  failed: 'Die Aufnahmen lassen sich nicht zeigen',
  room: (room) => `Raum ${room}`,
  status: {
    starting: 'Beginnt',
    recording: 'Läuft',
    finishing: 'Wird fertiggestellt',
    finished: 'Fertig',
    failed: 'Fehlgeschlagen',
  },
  percent: (share) => `Wird fertiggestellt, ${share}`,
  progress: 'Wie weit es ist',
  show: (when) => `Aufnahme vom ${when}`,
  startedBy: (name) => `Gestartet von ${name}`,
  participants: (names) => `Mit ${names}`,
  soundOnly: 'Nur Ton',
  goesOn: 'Der Raum wird gerade aufgenommen. Dateien zum Abspielen entstehen, wenn die Aufnahme endet.',
  isFinishing: 'Daraus werden Dateien zum Abspielen gemacht. Sie können die Seite solange schließen.',
  whyFailed: (reason) => `Die Aufnahme ist fehlgeschlagen: ${reason}`,
  nothing: 'Währenddessen hat niemand Ton oder Bild gesendet, darum gibt es keine Dateien.',
  deletesAt: (when) => `Wird am ${when} gelöscht`,
  kept: 'Bleibt, bis jemand sie löscht',
  gone: 'Diese Aufnahme wurde gelöscht.',
  files: {
    participant: (name) => name,
    screen: (name) => `Bildschirm von ${name}`,
    somebody: 'Jemand',
    composite: 'Der ganze Raum',
    layouts: { grid: 'alle im Raster', speaker: 'groß, wer spricht', screen: 'der geteilte Bildschirm groß' },
    from: (offset) => `beginnt bei ${offset}`,
    download: 'Herunterladen',
    downloadOf: (file) => `Herunterladen: ${file}`,
    cannotPlay: 'Sie lässt sich gerade nicht abspielen.',
    notSupported: (type) =>
      `Dieser Browser spielt ${type} nicht ab. Laden Sie die Datei herunter und öffnen Sie sie in einem Abspielprogramm.`,
  },
  gaps: {
    title: 'Was fehlt',
    hint: 'Die Zeiten zählen ab dem Beginn der Aufnahme. Alles andere ist da.',
    of: (name, from, to, why) => `${from} bis ${to}: nichts von ${name}, denn ${why}.`,
    ofAll: (from, to, why) => `${from} bis ${to}: gar nichts, denn ${why}.`,
    why: {
      lost: 'es kam nicht durch',
      recorder: 'der Recorder wurde ersetzt',
      node: 'der Medienserver wurde ersetzt',
      disk: 'der Recorder hatte keinen Platz mehr',
    },
    more: (count) => plural(count, { one: 'und eine weitere Stelle', other: `und ${count} weitere Stellen` }),
  },
  delete: 'Löschen',
  deleteOf: (when) => `Die Aufnahme vom ${when} löschen`,
  confirmDelete: (when) =>
    `Die Aufnahme vom ${when} mit allen Dateien löschen? Sie lässt sich nicht zurückholen.`,
  deleted: 'Die Aufnahme ist gelöscht.',
};
