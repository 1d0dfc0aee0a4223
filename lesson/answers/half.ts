// Chapter 7: from how many workers on is each of them half idle?
//     npm run lesson -- answers/half
import { amdahl } from 'mandoline/pool';

for (const percent of [1, 2, 5, 10, 25, 50]) {
  const serial = percent / 100;
  let workers = 1;
  while (amdahl(serial, workers) / workers > 0.5) workers++;
  console.log(
    `${String(percent).padStart(3)}% serial: ${String(workers).padStart(3)} workers, ${amdahl(serial, workers).toFixed(1)} times as fast`,
  );
}
