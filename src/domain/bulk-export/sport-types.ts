/**
 * From the sport's name in an export to the API's `sport_type`. The export has the name that is shown,
 * in the account's language.
 */
import { sportTypes } from '../activity/sports.ts';

/** English names that are not the `sport_type` with blanks. */
const englishNames = {
  HIIT: 'HighIntensityIntervalTraining',
  'Football (Soccer)': 'Soccer',
  'Stair-Stepper': 'StairStepper',
  Sailing: 'Sail',
  Skateboarding: 'Skateboard',
  'Stand Up Paddle Boarding': 'StandUpPaddling',
  Climbing: 'RockClimbing',
};

/** Names of the other languages, and only those of which no other sport has the same. */
const translatedNames = {
  Lauf: 'Run',
  Radfahrt: 'Ride',
  Schwimmen: 'Swim',
  Spaziergang: 'Walk',
  Wanderung: 'Hike',
  Traillauf: 'TrailRun',
  Gravelfahrt: 'GravelRide',
  Mountainbikefahrt: 'MountainBikeRide',
  'E-Bike-Fahrt': 'EBikeRide',
  'Virtuelle Radfahrt': 'VirtualRide',
  'Virtueller Lauf': 'VirtualRun',
  Gewichtstraining: 'WeightTraining',
  Skilanglauf: 'NordicSki',
  'Ski Alpin': 'AlpineSki',
  Skitouren: 'BackcountrySki',
  'Course à pied': 'Run',
  Trail: 'TrailRun',
  Vélo: 'Ride',
  'Vélo gravel': 'GravelRide',
  'Vélo virtuel': 'VirtualRide',
  Natation: 'Swim',
  Marche: 'Walk',
  Randonnée: 'Hike',
  'Ski nordique': 'NordicSki',
  'Entraînement aux poids': 'WeightTraining',
  Carrera: 'Run',
  'Carrera de montaña': 'TrailRun',
  Ciclismo: 'Ride',
  'Ciclismo virtual': 'VirtualRide',
  'Ciclismo en gravilla': 'GravelRide',
  Natación: 'Swim',
  Caminata: 'Walk',
  Senderismo: 'Hike',
  'Esquí nórdico': 'NordicSki',
  'Entrenamiento con pesas': 'WeightTraining',
  ラン: 'Run',
  トレイルラン: 'TrailRun',
  ライド: 'Ride',
  グラベルライド: 'GravelRide',
  バーチャルライド: 'VirtualRide',
  バーチャルラン: 'VirtualRun',
  スイム: 'Swim',
  ウォーク: 'Walk',
  ハイキング: 'Hike',
  ノルディックスキー: 'NordicSki',
  ウェイトトレーニング: 'WeightTraining',
  달리기: 'Run',
  '트레일 러닝': 'TrailRun',
  라이딩: 'Ride',
  '그래블 라이딩': 'GravelRide',
  '가상 라이딩': 'VirtualRide',
  수영: 'Swim',
  걷기: 'Walk',
  하이킹: 'Hike',
  '노르딕 스키': 'NordicSki',
  '웨이트 트레이닝': 'WeightTraining',
};

const byName: ReadonlyMap<string, string> = new Map([
  ...sportTypes.map((sportType) => [keyOf(sportType), sportType] as const),
  ...[...Object.entries(englishNames), ...Object.entries(translatedNames)].map(
    ([name, sportType]) => [keyOf(name), sportType] as const,
  ),
]);

/** The API's `sport_type`; undefined where the name is not known, which is then better left out. */
export function sportTypeOf(name: string): string | undefined {
  return byName.get(keyOf(name));
}

function keyOf(name: string): string {
  return name.normalize('NFC').toLowerCase().replace(/[\s-]/gu, '');
}
