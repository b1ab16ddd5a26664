import type { TestTexts } from './texts.ts';

const turn: TestTexts['advice']['turn-udp'] = {
  'turn-unreachable': {
    what: 'Der TURN-Server antwortet nicht.',
    user: 'Besprechungen gehen ohne ihn, wo oben UDP oder TCP besteht. Sonst ein anderes Netz versuchen.',
    admin:
      'Das Netz zur Adresse unten hinauslassen. Erreichen ihn auch andere nicht: prüfen, ob der TURN-Server läuft und sein Port offen ist.',
  },
  'turn-refused': {
    what: 'Der TURN-Server nimmt die Zugangsdaten nicht an, die der Server gegeben hat.',
    user: 'Senden Sie diesen Bericht an den Betreiber des Servers.',
    admin:
      'PARLEY_TURN_SECRET des Workers und static-auth-secret von coturn müssen gleich sein und beide Uhren richtig gehen.',
  },
  'turn-no-way': {
    what: 'Der TURN-Server antwortet, aber durch ihn kommt nichts vom Medienknoten zurück.',
    user: 'Senden Sie diesen Bericht an den Betreiber des Servers.',
    admin:
      'Der TURN-Server muss den Medienknoten über UDP erreichen: seine Firewall, und allowed-peer-ip, wo die Adresse des Knotens privat ist.',
  },
};

export const de: TestTexts = {
  title: 'Verbindungstest',
  intro:
    'Stellt in etwa einer halben Minute fest, ob Besprechungen mit diesem Gerät und Netz gehen, und was zu tun ist, wo nicht.',
  withDevices: 'Auch Kamera und Mikrofon testen; davon wird nichts gesendet',
  inRoom: (room) => `Der Test betritt den Raum ${room} mit einem oder zwei Gästen, die andere dort sehen.`,
  start: 'Test starten',
  again: 'Nochmals testen',
  stop: 'Anhalten',
  skip: 'Überspringen',
  copyText: 'Als Text kopieren',
  copyJson: 'Als JSON kopieren',
  copied: 'Kopiert',
  copyFailed: 'Der Browser kopiert es nicht. Markieren und kopieren Sie den Text selbst.',
  home: 'Parley: zur Startseite',
  forYou: 'Was Sie tun können',
  forAdmin: 'Für die Verwaltung Ihres Netzes oder des Servers',
  serverAddresses: 'Adressen',
  code: 'Code',
  seconds: (value) => `${value} s`,
  summary: {
    passed: 'Alles geht',
    warning: 'Besprechungen gehen, etwas lässt sich verbessern',
    failed: 'Besprechungen gehen hier nicht',
    stopped: 'Der Test wurde angehalten',
  },
  outcome: {
    passed: 'bestanden',
    warning: 'Warnung',
    failed: 'nicht bestanden',
    skipped: 'ausgelassen',
    running: 'läuft',
    waiting: 'noch nicht getestet',
  },
  checks: {
    browser: 'Browser',
    devices: 'Kamera und Mikrofon',
    server: 'Server',
    signaling: 'Verbindung zum Raum',
    udp: 'Medien über UDP',
    tcp: 'Medien über TCP',
    'turn-udp': 'TURN über UDP',
    'turn-tcp': 'TURN über TCP',
    'turn-tls': 'TURN über TLS',
    publish: 'Bild und Ton senden',
    subscribe: 'Bild und Ton empfangen',
    reconnect: 'Rückkehr nach einem Abbruch',
    quality: 'Qualität',
  },
  found: {
    works: 'geht',
    worksNot: 'geht nicht',
    camera: 'Kamera',
    microphone: 'Mikrofon',
    answered: (ms) => `Antwort nach ${ms}`,
    socket: (open, ping, join) => `offen nach ${open}, Ping ${ping}, im Raum nach ${join}`,
    connected: (ms, way) => `verbunden nach ${ms}, ${way}`,
    sent: (size, rate, way) => `${size}, ${rate}, ${way}`,
    received: (size, frames) => `${size}, ${frames} Bilder/s`,
    delay: (ms) => `${ms} Verzögerung`,
    back: (socket, media) => `Raum zurück nach ${socket}, Medien nach ${media}`,
    roundTrip: (ms) => `Umlauf ${ms}`,
    loss: (up, down) => `Verlust ↑ ${up} ↓ ${down}`,
    jitter: (up, down) => `Jitter ↑ ${up} ↓ ${down}`,
    rates: (up, down) => `↑ ${up} ↓ ${down}`,
  },
  skipped: {
    'not-wanted': 'Auf Wunsch ausgelassen.',
    'not-configured': 'Dieser Server bietet keinen an.',
    'second-token':
      'Ein Zugangstoken ist eine Person, und hierfür braucht es zwei: den Test mit einem zweiten öffnen, #token=…&receiver=…',
  },
  needs: (check) => `Braucht „${check}“.`,
  unexpected: {
    what: 'Der Test selbst ist fehlgeschlagen.',
    user: 'Noch einmal oder in einem anderen Browser starten, und diesen Bericht an den Betreiber des Servers senden.',
  },
  calls: {
    'token-missing': {
      what: 'Dieser Server lässt nur herein, wer ein Zugangstoken hat.',
      user: 'Öffnen Sie den Test über einen Link, der eines mitbringt: Fragen Sie, wer Sie sonst einlädt.',
      admin:
        'Der Link ist /test#token=JWT&receiver=JWT, mit Token zweier Identitäten für einen Raum: docs/authentication.md, „Test a connection“.',
    },
    'token-refused': {
      what: 'Der Server nimmt das Zugangstoken dieses Links nicht an.',
      user: 'Bitten Sie um einen neuen Link: Der alte kann abgelaufen sein.',
      admin: 'Was der Code bedeutet, steht in docs/authentication.md, „What can be wrong“.',
    },
    lobby: {
      what: 'Der Raum hat einen Warteraum, und niemand hat den Test eingelassen.',
      user: 'Bitten Sie um einen Link zu einem Raum ohne Warteraum.',
      admin: 'Die Token des Tests für einen eigenen Raum ausstellen.',
    },
    unreachable: {
      what: 'Keine Verbindung zum Server.',
      user: 'Prüfen Sie das Netz. Ein VPN oder ein Webfilter kann im Weg sein.',
      admin: 'WebSockets zu diesem Server durch Proxys und Firewalls lassen (wss, Port 443).',
    },
    'no-media-node': {
      what: 'Der Server ist da, hat aber gerade keinen Medienknoten; so gibt es weder Bild noch Ton.',
      user: 'An Ihrem Netz liegt es nicht. Versuchen Sie es später, oder sagen Sie es dem Betreiber des Servers.',
      admin: 'Kein Medienknoten ist verbunden oder hat Platz: docs/troubleshooting.md, „No node connected“.',
    },
    'not-permitted': {
      what: 'Das Zugangstoken erlaubt nicht, Bild oder Ton zu senden.',
      user: 'Bitten Sie um einen Link, der es erlaubt.',
      admin: 'Den Token des Tests das Recht publish mit camera und microphone geben.',
    },
    refused: {
      what: 'Der Server hat abgelehnt.',
      user: 'In einer Minute nochmals versuchen; sonst diesen Bericht an den Betreiber des Servers senden.',
      admin: 'Was der Code bedeutet, steht in docs/troubleshooting.md, „Error codes“.',
    },
  },
  advice: {
    browser: {
      'insecure-page': {
        what: 'Die Seite wurde nicht über https:// geöffnet; so geben ihr Browser weder Kamera noch Mikrofon.',
        user: 'Öffnen Sie sie mit https:// vor der Adresse.',
        admin: 'Die Seite über HTTPS ausliefern.',
      },
      'no-webrtc': {
        what: 'Dieser Browser hat kein WebRTC, ohne das es keine Besprechungen gibt.',
        user: 'Aktualisieren Sie ihn, oder nehmen Sie Chrome, Edge, Firefox oder Safari. Erweiterungen, die WebRTC sperren, müssen aus sein.',
        admin: 'Richtlinien können WebRTC abschalten: prüfen, was Ihre Organisation vorgibt.',
      },
      'no-capture': {
        what: 'Dieser Browser gibt Seiten weder Kamera noch Mikrofon.',
        user: 'Nehmen Sie Chrome, Edge, Firefox oder Safari, nicht das Fenster in einer anderen App.',
      },
      'no-codec': {
        what: 'Diesem Browser fehlen Formate für Bild oder Ton, die Besprechungen brauchen.',
        user: 'Aktualisieren Sie ihn, oder nehmen Sie einen anderen.',
      },
    },
    devices: {
      'permission-denied': {
        what: 'Der Browser darf sie nicht benutzen.',
        user: 'Erlauben Sie Kamera und Mikrofon in den Einstellungen neben der Adresse und in denen des Systems; dann nochmals testen.',
        admin:
          'Richtlinien können beides verbieten: prüfen, was Ihre Organisation für diese Adresse vorgibt.',
      },
      'no-device': {
        what: 'Es wurden nicht beide gefunden.',
        user: 'Schließen Sie an, was fehlt. Zusehen und zuhören geht auch ohne.',
      },
      'device-in-use': {
        what: 'Ein Gerät ist da und startet nicht.',
        user: 'Schließen Sie andere Programme und Tabs, die es benutzen; dann nochmals testen.',
      },
      'capture-unsupported': {
        what: 'Der Browser bietet sie dieser Seite nicht an.',
        user: 'Öffnen Sie die Seite mit https:// in einem aktuellen Browser.',
      },
      'capture-failed': {
        what: 'Ein Gerät ließ sich nicht starten.',
        user: 'Stecken Sie es neu an, oder starten Sie den Rechner neu; dann nochmals testen.',
      },
    },
    server: {
      'no-answer': {
        what: 'Der Server antwortet nicht.',
        user: 'Prüfen Sie das Netz. Ein VPN oder ein Webfilter kann im Weg sein.',
        admin: 'HTTPS zu diesem Server durchlassen; prüfen, ob /health antwortet.',
      },
      'not-parley': {
        what: 'Etwas anderes antwortet an Stelle des Servers.',
        user: 'Das tut ein Netz, in dem man sich erst anmelden muss: Öffnen Sie irgendeine Seite und melden Sie sich an.',
        admin: 'Ein Proxy dazwischen, oder /health führt nicht zum Worker.',
      },
      degraded: {
        what: 'Der Server ist da, hat aber gerade keinen Medienknoten.',
        user: 'An Ihrem Netz liegt es nicht. Versuchen Sie es später, oder sagen Sie es dem Betreiber des Servers.',
        admin: 'Siehe docs/troubleshooting.md, „No node connected“.',
      },
    },
    signaling: {
      'socket-blocked': {
        what: 'Zum Server lässt sich kein WebSocket öffnen.',
        user: 'Ein VPN, Webfilter oder Virenscanner kann im Weg sein: ohne ihn oder in einem anderen Netz versuchen.',
        admin:
          'WebSockets zu diesem Server durch Proxys und Firewalls lassen (wss, Port 443), ohne sie zu öffnen.',
      },
    },
    udp: {
      'no-candidates': {
        what: 'Der Medienknoten bietet kein UDP an.',
        user: 'An Ihrem Netz liegt es nicht. Besprechungen gehen über einen anderen Weg, der unten besteht.',
        admin: 'PARLEY_LISTEN_IPS und PARLEY_ANNOUNCED_ADDRESS des Knotens: apps/media/README.md.',
      },
      blocked: {
        what: 'UDP kommt nicht zum Medienknoten durch: Eine Firewall ist im Weg.',
        user: 'Besprechungen gehen über einen anderen Weg, der unten besteht, mit mehr Verzögerung. Besser: ein anderes Netz, ohne VPN.',
        admin:
          'UDP zu den Adressen unten hinaus und die Antworten hereinlassen. Kommt niemand durch: diese Ports am Knoten öffnen und PARLEY_ANNOUNCED_ADDRESS prüfen.',
      },
    },
    tcp: {
      'no-candidates': {
        what: 'Der Medienknoten bietet kein TCP an.',
        user: 'Dann brauchen Besprechungen UDP oder einen TURN-Server.',
        admin: 'Knoten auch auf TCP hören lassen, für Netze ohne UDP: apps/media/README.md.',
      },
      blocked: {
        what: 'TCP kommt nicht zum Medienknoten durch.',
        user: 'Wo UDP oder TURN besteht, nichts. Sonst ein anderes Netz versuchen.',
        admin:
          'TCP zu den Adressen unten hinauslassen; am Knoten dieselben Ports für TCP öffnen wie für UDP.',
      },
    },
    'turn-udp': turn,
    'turn-tcp': turn,
    'turn-tls': turn,
    publish: {
      'no-way': {
        what: 'Bild und Ton finden keinen Weg zum Medienknoten.',
        user: 'Ein anderes Netz versuchen, ohne VPN.',
        admin:
          'Einer der Wege oben muss bestehen: UDP, TCP oder ein TURN-Server über TLS auf Port 443 (infra/coturn).',
      },
      'not-acknowledged': {
        what: 'Verbunden, aber der Medienknoten meldet nicht, dass etwas ankommt.',
        user: 'Nochmals testen; sonst diesen Bericht an den Betreiber des Servers senden.',
        admin:
          'Etwas lässt die ersten Pakete durch und verwirft den Rest: Firewalls prüfen, die UDP begrenzen.',
      },
      'low-bitrate': {
        what: 'Wenig kommt durch: genug für Ton, nicht für ein gutes Bild.',
        user: 'Näher an den WLAN-Punkt gehen, ein Kabel nehmen, Downloads beenden. In Besprechungen die Kamera ausschalten.',
        admin: 'Gedrosselter Verkehr oder eine volle Leitung; oder das Gerät kodiert zu langsam.',
      },
    },
    subscribe: {
      'no-way': {
        what: 'Kein Weg für das, was empfangen wird.',
        user: 'Nochmals testen; sonst ein anderes Netz versuchen.',
        admin: 'Senden fand einen Weg und Empfangen nicht: Grenzen je Adresse an Firewalls prüfen.',
      },
      'no-picture': {
        what: 'Es kam kein Bild zurück.',
        user: 'In einem anderen Browser nochmals testen.',
        admin:
          'Siehe die Zahlen des Raums (/api/rooms/ROOM/stats) und docs/troubleshooting.md, „Quality issues“.',
      },
      'no-sound': {
        what: 'Der Ton kam nicht zurück.',
        user: 'Den Test mit der Taste starten und den Tab vorn lassen; dann nochmals testen.',
      },
      'few-frames': {
        what: 'Das Bild ruckelt.',
        user: 'Andere Programme und Tabs schließen; Gerät oder Netz sind ausgelastet.',
      },
      'long-delay': {
        what: 'Das Bild kommt spät.',
        user: 'Andere Programme und Tabs schließen, näher an den WLAN-Punkt gehen oder ein anderes Netz nehmen.',
        admin:
          'Der Weg zum Server ist weit, oder seine Warteschlangen sind voll; ein näherer Medienknoten hilft.',
      },
    },
    reconnect: {
      'socket-not-back': {
        what: 'Der Raum kam nicht zurück, nachdem die Verbindung getrennt wurde.',
        user: 'Nochmals testen; nach einem Abbruch in einer Besprechung die Seite neu laden.',
        admin: 'Ein Proxy, der wenige WebSockets erlaubt, oder ein überlasteter Server.',
      },
      'media-not-back': {
        what: 'Die Medien kamen nicht zurück, nachdem ihr Weg neu gesucht wurde.',
        user: 'Nochmals testen; nach einem Abbruch in einer Besprechung die Seite neu laden.',
        admin: 'Firewalls, die an einem UDP-Fluss festhalten, oder ein ausgelasteter Knoten.',
      },
      slow: {
        what: 'Die Rückkehr dauert lange.',
        user: 'Besprechungen stocken, wenn das Netz wechselt.',
      },
    },
    quality: {
      loss: {
        what: 'Pakete gehen verloren.',
        user: 'Näher an den WLAN-Punkt gehen, ein Kabel nehmen, Downloads beenden.',
        admin: 'Funkabdeckung, eine volle Leitung oder gedrosseltes UDP.',
      },
      latency: {
        what: 'Der Weg zum Medienknoten ist weit.',
        user: 'Ein VPN ausschalten; Antworten kommen spät.',
        admin: 'Ein näherer Medienknoten hilft, volle Warteschlangen dazwischen schaden.',
      },
      jitter: {
        what: 'Pakete kommen ungleichmäßig; der Ton wird länger gepuffert.',
        user: 'Näher an den WLAN-Punkt gehen, ein Kabel nehmen, Downloads beenden.',
      },
      'low-bitrate': {
        what: 'Wenig kommt durch: genug für Ton, nicht für ein gutes Bild.',
        user: 'Näher an den WLAN-Punkt gehen, ein Kabel nehmen, Downloads beenden.',
        admin: 'Gedrosselter Verkehr oder eine volle Leitung; oder das Gerät kodiert zu langsam.',
      },
    },
  },
};
