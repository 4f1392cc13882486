/**
 * How an export looks in the languages of the account: the names of its columns and sports, its dates
 * and its decimals.
 */

export type ExportLanguage = 'en' | 'de' | 'fr' | 'es' | 'ja' | 'ko';

export interface LanguageTexts {
  /** Columns of `activities.csv` up to the file's name. */
  readonly first: readonly string[];
  /** Those after it that stand in every export since 2020; the rest has no translation. */
  readonly second: readonly string[];
  /** By `sport_type`. */
  readonly sports: Readonly<Record<string, string>>;
  readonly decimalComma: boolean;
  /** Of `Intl`. */
  readonly locale: string;
  /** Columns of `profile.csv`. */
  readonly profile: readonly string[];
}

const list = (text: string): readonly string[] => text.split('|');

const en: LanguageTexts = {
  first: list(
    'Activity ID|Activity Date|Activity Name|Activity Type|Activity Description|Elapsed Time|Distance|Max Heart Rate|Relative Effort|Commute|Activity Private Note|Activity Gear|Filename',
  ),
  second: list(
    'Athlete Weight|Bike Weight|Elapsed Time|Moving Time|Distance|Max Speed|Average Speed|Elevation Gain|Elevation Loss|Elevation Low|Elevation High|Max Grade|Average Grade|Average Positive Grade|Average Negative Grade|Max Cadence|Average Cadence|Max Heart Rate|Average Heart Rate|Max Watts|Average Watts|Calories|Max Temperature|Average Temperature|Relative Effort|Total Work',
  ),
  sports: {
    TrailRun: 'Trail Run',
    GravelRide: 'Gravel Ride',
    VirtualRide: 'Virtual Ride',
    NordicSki: 'Nordic Ski',
    WeightTraining: 'Weight Training',
  },
  decimalComma: false,
  locale: 'en-US',
  profile: list(
    'Athlete ID|Email Address|First Name|Last Name|Sex|Description|Weight|City|State|Country',
  ),
};

const de: LanguageTexts = {
  first: list(
    'Aktivitäts-ID|Aktivitätsdatum|Name der Aktivität|Aktivitätsart|Aktivitätsbeschreibung|Verstrichene Zeit|Distanz|Max. Herzfrequenz|Relative Leistung|Arbeitsweg|Private Notiz|Aktivitätsausrüstung|Dateiname',
  ),
  second: list(
    'Athletengewicht|Radgewicht|Verstrichene Zeit|Bewegungszeit|Distanz|Höchstgeschwindigkeit|Durchschnittsgeschwindigkeit|Höhenzunahme|Höhenunterschied|Min. Höhe|Max. Höhe|Max. Steigung|Durchschnittliche Steigung|Durchschnittliche positive Steigung|Durchschnittliche negative Steigung|Max. Tritt-/Schrittfrequenz|Durchschnittliche Tritt-/Schrittfrequenz|Max. Herzfrequenz|Durchschnittliche Herzfrequenz|Watt (max.)|Durchschnittliche Wattzahl|Kalorien|Max. Temperatur|Durchschnittliche Temperatur|Relative Leistung|Gesamtarbeit',
  ),
  sports: {
    Ride: 'Radfahrt',
    Run: 'Lauf',
    TrailRun: 'Traillauf',
    GravelRide: 'Gravelfahrt',
    VirtualRide: 'Virtuelle Radfahrt',
    Hike: 'Wanderung',
    NordicSki: 'Skilanglauf',
    Swim: 'Schwimmen',
    WeightTraining: 'Gewichtstraining',
  },
  decimalComma: true,
  locale: 'de-DE',
  profile: list(
    'Athleten-ID|E-Mail-Adresse|Vorname|Nachname|Geschlecht|Beschreibung|Gewicht|Stadt|Bundesland|Land',
  ),
};

const fr: LanguageTexts = {
  first: list(
    "ID de l'activité|Date de l'activité|Nom de l'activité|Type d'activité|Description de l'activité|Temps écoulé|Distance|Fréquence cardiaque max.|Effort relatif|Trajet|Note privée|Matériel|Nom du fichier",
  ),
  second: list(
    "Poids de l'athlète|Poids du vélo|Temps écoulé|Durée de déplacement|Distance|Vitesse max.|Vitesse moyenne|Dénivelé positif|Dénivelé négatif|Altitude min.|Altitude max.|Pente max.|Pente moyenne|Pente positive moyenne|Pente négative moyenne|Cadence max.|Cadence moyenne|Fréquence cardiaque max.|Fréquence cardiaque moyenne|Puissance max.|Puissance moyenne|Calories|Température max.|Température moyenne|Effort relatif|Travail total",
  ),
  sports: {
    Ride: 'Vélo',
    Run: 'Course à pied',
    TrailRun: 'Trail',
    GravelRide: 'Vélo gravel',
    VirtualRide: 'Vélo virtuel',
    Hike: 'Randonnée',
    NordicSki: 'Ski nordique',
    Swim: 'Natation',
    WeightTraining: 'Entraînement aux poids',
  },
  decimalComma: true,
  locale: 'fr-FR',
  profile: list(
    "ID de l'athlète|Adresse e-mail|Prénom|Nom|Sexe|Description|Poids|Ville|Région|Pays",
  ),
};

const es: LanguageTexts = {
  first: list(
    'ID de actividad|Fecha de la actividad|Nombre de la actividad|Tipo de actividad|Descripción de la actividad|Tiempo transcurrido|Distancia|Ritmo cardíaco máximo|Esfuerzo relativo|Desplazamiento|Nota privada|Equipamiento|Nombre de archivo',
  ),
  second: list(
    'Peso del atleta|Peso de la bicicleta|Tiempo transcurrido|Tiempo en movimiento|Distancia|Velocidad máxima|Velocidad promedio|Desnivel positivo|Desnivel negativo|Altura mínima|Altura máxima|Pendiente máxima|Pendiente promedio|Pendiente positiva promedio|Pendiente negativa promedio|Cadencia máxima|Cadencia promedio|Ritmo cardíaco máximo|Ritmo cardíaco promedio|Vatios máximos|Vatios promedio|Calorías|Temperatura máxima|Temperatura promedio|Esfuerzo relativo|Trabajo total',
  ),
  sports: {
    Ride: 'Ciclismo',
    Run: 'Carrera',
    TrailRun: 'Carrera de montaña',
    GravelRide: 'Ciclismo en gravilla',
    VirtualRide: 'Ciclismo virtual',
    Hike: 'Senderismo',
    NordicSki: 'Esquí nórdico',
    Swim: 'Natación',
    WeightTraining: 'Entrenamiento con pesas',
  },
  decimalComma: true,
  locale: 'es-ES',
  profile: list(
    'ID del atleta|Correo electrónico|Nombre|Apellidos|Sexo|Descripción|Peso|Ciudad|Estado|País',
  ),
};

const ja: LanguageTexts = {
  first: list(
    'アクティビティID|アクティビティ日|アクティビティ名|アクティビティタイプ|アクティビティの説明|経過時間|距離|最大心拍数|相対的エフォート|通勤・通学|非公開メモ|アクティビティのギア|ファイル名',
  ),
  second: list(
    'アスリートの体重|バイクの重量|経過時間|移動時間|距離|最高速度|平均速度|獲得標高|下降|最低標高|最高標高|最大勾配|平均勾配|平均登り勾配|平均下り勾配|最大ケイデンス|平均ケイデンス|最大心拍数|平均心拍数|最大ワット|平均ワット|カロリー|最高気温|平均気温|相対的エフォート|総仕事量',
  ),
  sports: {
    Ride: 'ライド',
    Run: 'ラン',
    TrailRun: 'トレイルラン',
    GravelRide: 'グラベルライド',
    VirtualRide: 'バーチャルライド',
    Hike: 'ハイキング',
    NordicSki: 'ノルディックスキー',
    Swim: 'スイム',
    WeightTraining: 'ウェイトトレーニング',
  },
  decimalComma: false,
  locale: 'ja-JP',
  profile: list('アスリートID|メールアドレス|名|姓|性別|説明|体重|市区町村|都道府県|国'),
};

const ko: LanguageTexts = {
  first: list(
    '활동 ID|활동 날짜|활동 이름|활동 유형|활동 설명|경과 시간|거리|최대 심박수|상대적 노력|출퇴근|비공개 메모|활동 장비|파일 이름',
  ),
  second: list(
    '선수 체중|자전거 무게|경과 시간|이동 시간|거리|최고 속도|평균 속도|상승 고도|하강 고도|최저 고도|최고 고도|최대 경사도|평균 경사도|평균 오르막 경사도|평균 내리막 경사도|최대 케이던스|평균 케이던스|최대 심박수|평균 심박수|최대 와트|평균 와트|칼로리|최고 온도|평균 온도|상대적 노력|총 운동량',
  ),
  sports: {
    Ride: '라이딩',
    Run: '달리기',
    TrailRun: '트레일 러닝',
    GravelRide: '그래블 라이딩',
    VirtualRide: '가상 라이딩',
    Hike: '하이킹',
    NordicSki: '노르딕 스키',
    Swim: '수영',
    WeightTraining: '웨이트 트레이닝',
  },
  decimalComma: false,
  locale: 'ko-KR',
  profile: list('선수 ID|이메일 주소|이름|성|성별|설명|체중|도시|주|국가'),
};

export const languageTexts: Readonly<Record<ExportLanguage, LanguageTexts>> = {
  en,
  de,
  fr,
  es,
  ja,
  ko,
};

/** The English names of the columns after the first two groups, in their order in 2026. */
export const laterColumns = list(
  'Number of Runs|Uphill Time|Downhill Time|Other Time|Perceived Exertion|Type|Start Time|Weighted Average Power|Power Count|Prefer Perceived Exertion|Perceived Relative Effort|Commute|Total Weight Lifted|From Upload|Grade Adjusted Distance|Weather Observation Time|Weather Condition|Weather Temperature|Apparent Temperature|Dewpoint|Humidity|Weather Pressure|Wind Speed|Wind Gust|Wind Bearing|Precipitation Intensity|Sunrise Time|Sunset Time|Moon Phase|Bike|Gear|Precipitation Probability|Precipitation Type|Cloud Cover|Weather Visibility|UV Index|Weather Ozone|Jump Count|Total Grit|Average Flow|Flagged|Average Elapsed Speed|Dirt Distance|Newly Explored Distance|Newly Explored Dirt Distance|Activity Count|Total Steps|Carbon Saved|Pool Length|Training Load|Intensity|Average Grade Adjusted Pace|Timer Time|Total Cycles|Recovery|With Pet|Competition|Long Run|For a Cause|With Kid|Downhill Distance|Media',
);

/** What Strava writes where it has no translation for the name of a column. */
export const untranslated = (name: string): string =>
  `<span class="translation_missing" title="translation missing: ${name}">${name}</span>`;

/** The date in the medium form of the language, in UTC. */
export function exportDate(at: number, { locale }: LanguageTexts): string {
  const form = new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    timeZone: 'UTC',
  });
  return form.format(at);
}

/** The form of all languages before July 2019. */
export function oldExportDate(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}
