import type { Texts } from './texts.ts';
import { pluralsOf } from './wording.ts';

const plural = pluralsOf('de');

/** What Meet says in German. */
export const de = {
  errors: {
    connection_failed:
      'Der Server ist nicht erreichbar. Prüfen Sie das Netz und versuchen Sie es noch einmal.',
    negotiation_failed:
      'Browser und Server konnten sich über Ton und Bild nicht einigen. Laden Sie die Seite neu.',
    media_unsupported:
      'Mit diesem Browser geht kein Gespräch. Aktualisieren Sie ihn oder nehmen Sie einen anderen.',
    media_failed:
      'Ton und Bild kommen nicht durch: Vielleicht ist eine Firewall im Weg. Versuchen Sie ein anderes Netz oder den Verbindungstest.',
    message_too_large: 'Das war zu lang. Kürzen Sie es.',
    unsupported_version: 'Diese Seite ist veraltet. Laden Sie sie neu und treten Sie dann wieder bei.',
    join_timeout: 'Das Beitreten hat zu lange gedauert. Versuchen Sie es noch einmal.',
    token_missing: 'Dieser Server lässt nur Eingeladene ein. Fragen Sie nach Ihrem Link.',
    token_malformed: 'Ihr Link ist beschädigt. Kopieren Sie ihn ganz oder bitten Sie um einen neuen.',
    token_bad_signature: 'Ihre Einladung gilt hier nicht. Bitten Sie um einen neuen Link.',
    token_unknown_issuer: 'Ihre Einladung gilt hier nicht. Bitten Sie um einen neuen Link.',
    token_expired: 'Ihre Einladung ist abgelaufen. Bitten Sie um einen neuen Link.',
    token_issuer_unavailable:
      'Ihre Einladung lässt sich gerade nicht prüfen. Versuchen Sie es gleich noch einmal.',
    token_wrong_room:
      'Ihre Einladung ist für einen anderen Raum. Nehmen Sie den Link so, wie Sie ihn bekamen.',
    token_insufficient: 'Ihre Einladung erlaubt das nicht. Fragen Sie, wer Sie eingeladen hat.',
    identity_replaced: 'Sie sind von anderswo beigetreten.',
    kicked: 'Die Moderation hat Sie aus dem Gespräch entfernt.',
    banned: 'Die Moderation hat Sie entfernt. Sie können vorerst nicht beitreten.',
    lobby_full: 'Zu viele warten auf Einlass. Versuchen Sie es später noch einmal.',
    lobby_denied: 'Man hat Sie nicht eingelassen. Fragen Sie, wer Sie eingeladen hat.',
    room_locked:
      'Der Raum ist verschlossen. Bitten Sie jemanden darin, ihn zu öffnen, und versuchen Sie es dann.',
    participant_not_found: 'Diese Person ist schon gegangen.',
    too_many_requests: 'Aus Ihrem Netz kommen zu viele Anfragen. Versuchen Sie es in einer Minute wieder.',
    too_many_rooms:
      'Aus Ihrem Netz wurden zu viele Räume geöffnet. Nehmen Sie einen vorhandenen oder versuchen Sie es später.',
    too_many_participants: 'Aus Ihrem Netz sind zu viele beigetreten. Versuchen Sie es später noch einmal.',
    room_not_found: 'Diesen Raum gibt es nicht. Prüfen Sie den Link oder bitten Sie um einen neuen.',
    room_full: 'Der Raum ist voll. Versuchen Sie es wieder, wenn jemand gegangen ist.',
    room_closed: 'Der Raum wurde geschlossen. Versuchen Sie es noch einmal, um ihn neu zu öffnen.',
    server_full: 'Der Server ist voll. Versuchen Sie es in ein paar Minuten wieder.',
    media_unavailable: 'Gerade ist kein Medienserver da. Versuchen Sie es gleich noch einmal.',
    room_overloaded: 'Für mehr Video ist der Raum zu voll. Schalten Sie Ihre Kamera später wieder ein.',
    origin_not_allowed:
      'Diese Seite darf den Server nicht nutzen. Öffnen Sie das Gespräch unter seiner eigenen Adresse.',
    forbidden: 'Das dürfen Sie hier nicht. Fragen Sie die Moderation.',
    track_not_found: 'Dieses Video ist schon zu Ende.',
    publish_failed: 'Ton oder Bild ließ sich nicht senden. Schalten Sie aus und wieder ein.',
    publish_not_allowed: 'Das dürfen Sie hier nicht senden. Fragen Sie die Moderation.',
    codec_unsupported:
      'Browser und Server haben kein gemeinsames Videoformat. Nehmen Sie einen anderen Browser.',
    rate_limited: 'Das ging zu schnell. Warten Sie kurz und versuchen Sie es noch einmal.',
    server_busy: 'Der Server ist ausgelastet. Versuchen Sie es gleich noch einmal.',
    session_lost: 'Ton und Bild sind weg. Sie kommen von selbst wieder.',
    resumed_elsewhere: 'Das Gespräch geht in einem anderen Fenster weiter.',
    slow_reader: 'Ihre Verbindung ist zu langsam für das Gespräch. Versuchen Sie es noch einmal.',
    internal: 'Auf dem Server ist etwas schiefgegangen. Versuchen Sie es gleich noch einmal.',
  },
  capture: {
    permission_denied: {
      camera: 'Der Browser darf die Kamera nicht benutzen.',
      microphone: 'Der Browser darf das Mikrofon nicht benutzen.',
      screen:
        'Es wurde nichts zum Teilen gewählt, oder das System verbietet es. Versuchen Sie es noch einmal und wählen Sie ein Fenster oder einen Bildschirm.',
    },
    device_not_found: {
      camera: 'Es wurde keine Kamera gefunden. Schließen Sie eine an und versuchen Sie es noch einmal.',
      microphone: 'Es wurde kein Mikrofon gefunden. Schließen Sie eines an und versuchen Sie es noch einmal.',
      screen: 'Es gibt keinen Bildschirm zum Teilen.',
    },
    device_in_use: {
      camera:
        'Die Kamera startet nicht. Schließen Sie andere Programme, die sie benutzen, und versuchen Sie es noch einmal.',
      microphone:
        'Das Mikrofon startet nicht. Schließen Sie andere Programme, die es benutzen, und versuchen Sie es noch einmal.',
      screen:
        'Das System lässt den Browser den Bildschirm nicht sehen. Prüfen Sie dessen Datenschutzeinstellungen.',
    },
    capture_unsupported: {
      camera:
        'Dieser Browser gibt der Seite die Kamera nicht. Nehmen Sie einen anderen und öffnen Sie die Seite mit https://.',
      microphone:
        'Dieser Browser gibt der Seite das Mikrofon nicht. Nehmen Sie einen anderen und öffnen Sie die Seite mit https://.',
      screen: 'Dieser Browser kann den Bildschirm nicht teilen. Nehmen Sie einen auf einem Computer.',
    },
    capture_failed: {
      camera: 'Die Kamera ließ sich nicht starten. Versuchen Sie es noch einmal.',
      microphone: 'Das Mikrofon ließ sich nicht starten. Versuchen Sie es noch einmal.',
      screen: 'Der Bildschirm ließ sich nicht teilen. Versuchen Sie es noch einmal.',
    },
    device_lost: {
      camera: 'Die Kamera hat aufgehört. Wurde sie abgezogen? Schalten Sie sie wieder ein.',
      microphone: 'Das Mikrofon hat aufgehört. Wurde es abgezogen? Schalten Sie es wieder ein.',
      screen: 'Der Bildschirm wird nicht mehr geteilt.',
    },
  },
  joining: 'Beitreten …',
  testConnection: 'Verbindung testen',
  devices: {
    cameraOff: 'Kamera ausschalten',
    cameraOn: 'Kamera einschalten',
    mute: 'Mikrofon stummschalten',
    unmute: 'Mikrofon einschalten',
    title: 'Kamera, Mikrofon und Lautsprecher',
    camera: {
      name: 'Kamera',
      choose: 'Kamera wählen',
      numbered: (number) => `Kamera ${number}`,
      none: 'Keine Kamera',
    },
    microphone: {
      name: 'Mikrofon',
      choose: 'Mikrofon wählen',
      numbered: (number) => `Mikrofon ${number}`,
      none: 'Kein Mikrofon',
    },
    speaker: {
      name: 'Lautsprecher',
      numbered: (number) => `Lautsprecher ${number}`,
      none: 'Lautsprecher des Systems',
    },
    level: 'Pegel des Mikrofons',
    testSound: 'Testton',
    playing: 'Spielt …',
    soundFailed: 'Er ließ sich nicht abspielen. Wählen Sie einen anderen Lautsprecher.',
    cameraReplaced: (name) => `Die Kamera ist weg. An ihrer Stelle läuft ${name}.`,
    microphoneReplaced: (name) => `Das Mikrofon ist weg. An seiner Stelle läuft ${name}.`,
    mutedSpeech: 'Sie sprechen, aber Ihr Mikrofon ist stumm.',
  },
  permission: {
    again: 'Noch einmal versuchen',
    steps: {
      chrome: [
        'Klicken Sie auf das Zeichen links neben der Adresse.',
        'Schalten Sie Kamera und Mikrofon ein.',
        'Kommen Sie hierher zurück und versuchen Sie es noch einmal.',
      ],
      'chrome-phone': [
        'Tippen Sie auf das Zeichen links neben der Adresse, dann auf Berechtigungen.',
        'Erlauben Sie Kamera und Mikrofon.',
        'Kommen Sie hierher zurück und versuchen Sie es noch einmal.',
      ],
      firefox: [
        'Klicken Sie auf die durchgestrichene Kamera oder das Mikrofon neben der Adresse.',
        'Nehmen Sie die Sperre mit dem × weg.',
        'Versuchen Sie es noch einmal und wählen Sie Erlauben.',
      ],
      safari: [
        'Wählen Sie in der Menüleiste Safari → Einstellungen für diese Website.',
        'Stellen Sie Kamera und Mikrofon auf Erlauben.',
        'Kommen Sie hierher zurück und versuchen Sie es noch einmal.',
      ],
      'safari-phone': [
        'Tippen Sie auf das Zeichen neben der Adresse, dann auf Website-Einstellungen.',
        'Stellen Sie Kamera und Mikrofon auf Erlauben.',
        'Kommen Sie hierher zurück und versuchen Sie es noch einmal.',
      ],
      'other-iphone': [
        'Öffnen Sie die Einstellungen des Telefons und wählen Sie diesen Browser.',
        'Schalten Sie Kamera und Mikrofon ein.',
        'Kommen Sie hierher zurück und versuchen Sie es noch einmal.',
      ],
      other: [
        'Öffnen Sie die Einstellungen dieser Seite im Browser und erlauben Sie Kamera und Mikrofon.',
        'Versuchen Sie es noch einmal.',
      ],
    },
    refused: {
      system:
        'Das System verbietet es. Erlauben Sie es diesem Browser in den Datenschutzeinstellungen des Systems und versuchen Sie es noch einmal.',
      server:
        'Der Server dieser Seite verbietet es. Wer ihn betreibt, muss es erlauben (Permissions-Policy).',
      frame:
        'Die Seite um diese herum gibt es nicht weiter. Öffnen Sie das Gespräch in einem eigenen Fenster.',
    },
  },
  settings: {
    open: 'Einstellungen',
    title: 'Einstellungen',
    close: 'Einstellungen schließen',
    look: 'Aussehen',
    theme: 'Farben',
    themes: { system: 'Wie das System', light: 'Hell', dark: 'Dunkel' },
    language: 'Sprache',
    video: 'Bild',
    mirror: 'Mein eigenes Bild wie im Spiegel zeigen',
  },
  lobby: {
    start: 'Gespräch beginnen oder beitreten',
    ready: 'Bereit?',
    name: 'Ihr Name',
    room: 'Raum',
    join: 'Beitreten',
    badRoom: 'Der Name eines Raums besteht aus Buchstaben A–Z und Ziffern.',
    open: 'Alle, die den Link haben, können beitreten.',
    withoutDevices: 'Sie können trotzdem beitreten und zusehen, zuhören und schreiben.',
    camera: 'Ihre Kamera',
    starting: 'Die Kamera startet …',
    cameraIsOff: 'Ihre Kamera ist aus',
    bothDenied: 'Der Browser darf Kamera und Mikrofon nicht benutzen.',
    inApp: (app) =>
      `Diese Seite ist in ${app === '' ? 'einer App' : app} geöffnet, die ihr vielleicht keine Kamera gibt. Öffnen Sie den Link in Ihrem Browser.`,
  },
  waiting: {
    title: 'Warten auf Einlass',
    text: (room) => `Jemand in ${room} muss Sie einlassen. Bis dahin sieht und hört Sie niemand.`,
    giveUp: 'Nicht warten',
  },
  ended: {
    home: 'Zurück zum Anfang',
    rejoin: 'Wieder beitreten',
    again: 'Noch einmal versuchen',
    left: { title: 'Sie haben das Gespräch verlassen', text: 'Kamera und Mikrofon sind aus.' },
    removed: 'Sie wurden entfernt',
    replaced: {
      title: 'Sie sind von anderswo beigetreten',
      text: 'Das Gespräch geht dort weiter, wo Sie zuletzt beigetreten sind.',
      again: 'Hier weitermachen',
    },
    over: { title: 'Das Gespräch ist beendet', text: 'Es wurde für alle geschlossen.' },
    idle: {
      title: 'Der Raum wurde geschlossen',
      text: 'Eine Weile war niemand darin.',
      again: 'Wieder öffnen',
    },
    lost: {
      title: 'Die Verbindung ist weg',
      text: 'Sie kam nicht wieder zustande. Prüfen Sie das Netz und treten Sie wieder bei: Vielleicht sind die anderen noch da.',
    },
    titles: {
      roomFull: 'Der Raum ist voll',
      roomClosed: 'Der Raum wurde geschlossen',
      roomLocked: 'Der Raum ist verschlossen',
      notLetIn: 'Sie wurden nicht eingelassen',
      banned: 'Sie können nicht beitreten',
      manyWait: 'Zu viele warten schon',
      noInvitation: 'Sie brauchen eine Einladung',
      expired: 'Ihre Einladung ist abgelaufen',
      otherRoom: 'Ihre Einladung ist für einen anderen Raum',
      noRoom: 'Diesen Raum gibt es nicht',
      busy: 'Der Server ist ausgelastet',
      outOfDate: 'Diese Seite ist veraltet',
      unreachable: 'Der Server ist nicht erreichbar',
      failed: 'Das Beitreten hat nicht geklappt',
    },
  },
  notices: {
    dismiss: 'Schließen',
    singleLayer: 'Manche Kameras hier senden nur eine Qualität.',
    serverLoad: 'Der Server ist ausgelastet: Manche Videos sind kleiner oder pausieren.',
    copyFailed: (link) => `Der Browser kopiert den Link nicht. Er lautet ${link}`,
  },
  room: {
    count: (count) => plural(count, { one: '1 Person im Raum', other: `${count} Personen im Raum` }),
    alone: 'Noch ist sonst niemand da',
    aloneHint: 'Schicken Sie denen den Link, die Sie treffen wollen.',
    copyLink: 'Link kopieren',
    copied: 'Kopiert',
    lock: 'Verschließen',
    locked: 'Verschlossen',
    lockHint: 'Niemanden mehr hereinlassen',
    lockedHint: 'Niemand kann mehr beitreten',
    reconnecting: 'Verbindung wird wiederhergestellt …',
    soundBlocked: 'Der Browser hält den Ton zurück.',
    soundOn: 'Ton einschalten',
    shareScreen: 'Bildschirm teilen',
    stopScreen: 'Bildschirm nicht mehr teilen',
    leave: 'Verlassen',
    quality: 'Qualität der Videos, die Sie sehen',
    qualities: { auto: 'Automatisch', high: 'Hoch', medium: 'Mittel', low: 'Niedrig' },
    statsLost: 'verloren',
  },
  stage: {
    layout: 'Anordnung',
    layouts: { auto: 'Automatisch', grid: 'Raster', speaker: 'Sprecher' },
    pages: 'Seiten mit Personen',
    page: (page, pages) => `Seite ${page} von ${pages}`,
    previous: 'Vorige Seite',
    next: 'Nächste Seite',
  },
  tile: {
    you: '(Sie)',
    own: (name) => `${name} (Sie)`,
    ownScreen: 'Ihr Bildschirm',
    screen: (name) => `Bildschirm von ${name}`,
    screenComing: 'Der Bildschirm kommt gleich …',
    muted: 'Stumm',
    mute: (name) => `${name} stummschalten`,
    muteHint: 'Für alle stummschalten',
    pin: (name) => `${name} anheften`,
    pinHint: 'Groß lassen',
    unpin: (name) => `${name} nicht mehr anheften`,
    unpinHint: 'Nicht mehr groß lassen',
    pinned: 'Angeheftet',
    remove: (name) => `${name} entfernen`,
    removeHint: 'Aus dem Gespräch entfernen',
    confirmRemove: (name) => `${name} aus dem Gespräch entfernen?`,
  },
  waitingList: {
    label: 'Warten auf Einlass',
    wants: (name) => `${name} möchte herein`,
    admit: 'Einlassen',
    admitWhom: (name) => `${name} einlassen`,
    deny: 'Ablehnen',
    denyWhom: (name) => `${name} ablehnen`,
  },
  chat: {
    title: 'Chat',
    unread: (count) => plural(count, { one: 'Chat, 1 ungelesene', other: `Chat, ${count} ungelesene` }),
    close: 'Chat schließen',
    empty: 'Noch hat niemand geschrieben. Wer später kommt, sieht nicht, was gesagt wurde.',
    you: 'Sie',
    message: 'Nachricht an alle',
    send: 'Senden',
  },
} satisfies Texts;
