package org.estafette.actor.manage.dashboard;

import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** Chromium without a window, where this machine has one; its own profile, nothing downloaded. */
public final class Browser implements AutoCloseable {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  // It warns that its own bindings are older than the browser; none of them is used.
  private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

  private final ChromeDriver driver;

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /** A browser with a fresh profile in that folder; the test is skipped where there is none. */
  public static Browser start(Path profile) {
    assumeThat(CHROMIUM)
        .as("Chromium (Debian: apt-get install chromium)")
        .matches(Files::isExecutable);
    assumeThat(DRIVER)
        .as("its driver (Debian: apt-get install chromium-driver)")
        .matches(Files::isExecutable);
    SELENIUM.setLevel(Level.SEVERE);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(CHROMIUM.toString());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--force-color-profile=srgb",
        "--user-data-dir=" + profile);
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(new File(DRIVER.toString()))
            .build();
    return new Browser(new ChromeDriver(service, options));
  }

  /** Opens a page at that size, light or dark as the system of a visitor may have it. */
  public void open(String url, int width, int height, boolean dark) {
    size(width, height);
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    driver.get(url);
  }

  /** Leaves the page, which would go on asking for its server. */
  public void leave() {
    driver.get("about:blank");
  }

  public void size(int width, int height) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
  }

  /** Waits until a script's expression holds. */
  public void await(String expression) {
    try {
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(100))
          .until(() -> Boolean.TRUE.equals(evaluate(expression)));
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(
          expression + " does not come true; console: " + complaints() + "; page: " + text("body"),
          e);
    }
  }

  public Object evaluate(String expression) {
    return driver.executeScript("return (" + expression + ")");
  }

  /** What an expression over a module of the page gives; {@code argument} is handed to it. */
  public Object module(String file, String expression, String argument) {
    return driver.executeAsyncScript(
        "const [file, argument, done] = arguments;"
            + "import(new URL(file, document.baseURI)).then((module) => done("
            + expression
            + "), (e) => done(String(e)))",
        file,
        argument);
  }

  public long number(String expression) {
    return ((Number) evaluate(expression)).longValue();
  }

  public String text(String css) {
    return find(css).getText();
  }

  public WebElement find(String css) {
    return driver.findElement(By.cssSelector(css));
  }

  public void click(String css) {
    driver.executeScript("document.querySelector(arguments[0]).click()", css);
  }

  public void type(String css, String text) {
    find(css).sendKeys(text);
  }

  /** What the console has to complain about since the last call. */
  public List<String> complaints() {
    List<String> lines = new ArrayList<>();
    for (LogEntry entry : driver.manage().logs().get(LogType.BROWSER)) {
      if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
        lines.add(entry.getMessage());
      }
    }
    return lines;
  }

  /** Addresses that pages asked for since the last call. */
  public List<String> requests() throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<String> urls = new ArrayList<>();
    for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
      JsonNode message = json.readTree(entry.getMessage()).path("message");
      String url = message.at("/params/request/url").asText();
      // The browser's own first page (chrome:, chrome-untrusted:) is none of ours.
      if (message.path("method").asText().equals("Network.requestWillBeSent")
          && !message.at("/params/documentURL").asText().startsWith("chrome")) {
        urls.add(url);
      }
    }
    return urls;
  }

  /** A picture of what is to be seen, or of the whole page. */
  public void picture(Path file, boolean whole) throws IOException {
    if (!whole) {
      Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
      return;
    }
    Map<String, Object> answer =
        driver.executeCdpCommand(
            "Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
    Files.write(file, java.util.Base64.getDecoder().decode((String) answer.get("data")));
  }

  @Override
  public void close() {
    driver.quit();
  }
}
